import assert from 'node:assert/strict'
import { threeSteps } from '../ratings/labels.fixture.ts'
import { rolloutWith } from '../traces/rollout.fixture.ts'
import { confirmText, DIALOG_PROMPT } from './confirmText.ts'
import { capText } from './limits.ts'
import { reviewPrompt } from './reviewPrompt.ts'

const SENDS = { to: 'https://models.example', terms: ['At most 5 requests.'], promptOf: reviewPrompt }
const SETTINGS = { endpoint: '', model: '', maxRequests: 5, maxTokens: 1000, maxCost: 2, inputPrice: 1, outputPrice: 0, replyTokens: 99, timeoutSeconds: 9 }

describe('the question before texts are sent', () => {
  it('names count, model and receiver, and shows one prompt word for word', () => {
    const rollouts = [threeSteps({ id: 'a' }), threeSteps({ id: 'b' })]
    const { message, detail, document } = confirmText('m at models.example', { ...SENDS, promptOf: ({ id }) => `What of ${id}?` }, rollouts)
    assert.equal(message, 'Send 2 rollouts to m at models.example?')
    assert.ok(detail.includes('https://models.example') && detail.includes('At most 5 requests.'))
    assert.ok(detail.endsWith('For a, exactly this is sent:\n\nWhat of a?'))
    assert.equal(document, undefined)
  })

  it('opens a prompt that no dialog has room for as a document, whole', () => {
    const rollout = rolloutWith('x'.repeat(DIALOG_PROMPT))
    const { detail, document } = confirmText('m', SENDS, [rollout])
    assert.equal(document, reviewPrompt(rollout))
    assert.ok(detail.length < 500)
    assert.match(detail, /The document behind this question shows the prompt for t000001/)
  })

  it('says what bounds a batch, and that nothing bounds a cost without prices', () => {
    assert.match(capText(SETTINGS, true), /5 requests and 1,000 tokens, and a cost of 2/)
    assert.match(capText({ ...SETTINGS, inputPrice: 0 }, true), /not limited/)
    assert.match(capText(SETTINGS, false), /your quota/)
  })
})
