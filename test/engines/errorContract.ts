import assert from 'node:assert/strict'
import type { Engine, Loss, TrainSequence } from '../../trainer/engines/engine.ts'
import { LabError } from '../../trainer/errors.ts'
import { norm } from './lossData.ts'
import { SAMPLING, timeless } from './samplingContract.ts'
import { adamW, CONTEXT, starter } from './subjects.ts'
import type { Subject } from './subjects.ts'

const LOSS: Loss = { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'token' }], normalisation: { kind: 'tokenMean' } }
const PROMPTS = [{ tokens: [1, 2], seeds: [1, 2] }]
const DATA: readonly TrainSequence[] = [{ prompt: [1, 2], completion: [3, 4], advantages_T: [1, -1], behaviourLogprobs_T: [-2, -2] }]
const [SEQUENCE] = DATA as [TrainSequence]

const NONSENSE: Readonly<Record<string, readonly [code: string, call: (engine: Engine) => Promise<unknown>]>> = {
  'a prompt with a token outside the vocabulary': ['engine/token-range', (engine) => engine.sample([{ tokens: [1, 99], seeds: [1] }], SAMPLING)],
  'a prompt with a broken token': ['engine/token-range', (engine) => engine.sample([{ tokens: [1.5], seeds: [1] }], SAMPLING)],
  'an empty prompt': ['engine/empty-prompt', (engine) => engine.sample([{ tokens: [], seeds: [1] }], SAMPLING)],
  'a prompt longer than the context': ['engine/context-length', (engine) => engine.sample([{ tokens: Array<number>(CONTEXT + 1).fill(1), seeds: [1] }], SAMPLING)],
  'a seed that is no number': ['engine/sampling', (engine) => engine.sample([{ tokens: [1], seeds: [NaN] }], SAMPLING)],
  'a negative temperature': ['engine/sampling', (engine) => engine.sample(PROMPTS, { ...SAMPLING, temperature: -1 })],
  'a top-p of 0': ['engine/sampling', (engine) => engine.sample(PROMPTS, { ...SAMPLING, topP: 0 })],
  'a min-p above 1': ['engine/sampling', (engine) => engine.sample(PROMPTS, { ...SAMPLING, minP: 1.5 })],
  'half a top-k': ['engine/sampling', (engine) => engine.sample(PROMPTS, { ...SAMPLING, topK: 1.5 })],
  'no tokens to make': ['engine/sampling', (engine) => engine.sample(PROMPTS, { ...SAMPLING, maxTokens: 0 })],
  'more tokens than the context holds': ['engine/context-length', (engine) => engine.sample(PROMPTS, { ...SAMPLING, maxTokens: CONTEXT })],
  'an empty stop string': ['engine/sampling', (engine) => engine.sample(PROMPTS, { ...SAMPLING, stop: [''] })],
  'scoring without a prompt': ['engine/empty-prompt', (engine) => engine.logprobs([{ prompt: [], completion: [1] }])],
  'scoring a token outside the vocabulary': ['engine/token-range', (engine) => engine.logprobs([{ prompt: [1], completion: [-1] }])],
  'scoring beyond the context': ['engine/context-length', (engine) => engine.logprobs([{ prompt: [1], completion: Array<number>(CONTEXT).fill(1) }])],
  'scoring under an unknown snapshot': ['engine/no-snapshot', (engine) => engine.logprobs([SEQUENCE], 'nothing')],
  'training on nothing': ['engine/empty-batch', (engine) => engine.forwardBackward([], LOSS)],
  'training without a prompt': ['engine/empty-prompt', (engine) => engine.forwardBackward([{ ...SEQUENCE, prompt: [] }], LOSS)],
  'training on a token outside the vocabulary': ['engine/token-range', (engine) => engine.forwardBackward([{ ...SEQUENCE, completion: [3, 7] }], LOSS)],
  'advantages of another length': ['engine/shape', (engine) => engine.forwardBackward([{ ...SEQUENCE, advantages_T: [1] }], LOSS)],
  'a mask of another length': ['engine/shape', (engine) => engine.forwardBackward([{ ...SEQUENCE, mask_T: [1, 1, 1] }], LOSS)],
  'an advantage that is no number': ['engine/not-finite', (engine) => engine.forwardBackward([...DATA, { ...SEQUENCE, advantages_T: [NaN, 1] }], LOSS)],
  'an endless length': ['engine/normalisation', (engine) => engine.forwardBackward(DATA, { ...LOSS, normalisation: { kind: 'constant', length: Infinity } })],
  'a denominator of 0': ['engine/normalisation', (engine) => engine.forwardBackward(DATA, { ...LOSS, normalisation: { kind: 'tokenMean', denominator: 0 } })],
  'a ratio beyond all numbers': ['engine/not-finite', (engine) => engine.forwardBackward([{ ...SEQUENCE, behaviourLogprobs_T: [-1e4, -1] }], LOSS)],
  'a learning rate that is no number': ['engine/optimizer-step', (engine) => engine.optimStep(adamW(NaN))],
  'an epsilon of 0': ['engine/optimizer-step', (engine) => engine.optimStep({ ...adamW(0.1), epsilon: 0 })],
  'an unknown word': ['engine/unknown-word', (engine) => engine.encode(['a banana'])],
  'a token without a word': ['engine/token-range', (engine) => engine.decode([[1, 7]])],
  'a chat without a template': ['model/no-chat-template', (engine) => engine.renderChat([[{ role: 'user', content: 'a' }]])],
  'restoring an unknown snapshot': ['engine/no-snapshot', (engine) => engine.restore('nothing')]
}

/** Bad input is told what is wrong with it, and leaves the engine as it was. */
export function errorContract(subject: Subject): void {
  const start = starter(subject)

  for (const [name, [code, call]] of Object.entries(NONSENSE)) {
    it(`rejects ${name}`, async () => {
      const engine = await start()
      const before = await engine.sample(PROMPTS, SAMPLING)
      await assert.rejects(call(engine), (error: unknown) => {
        assert.ok(LabError.is(error), String(error))
        assert.equal(error.code, code)
        assert.ok(error.message.length > 10 && error.remedy.length > 0)
        return true
      })
      assert.deepEqual(timeless(await engine.sample(PROMPTS, SAMPLING)), timeless(before))
    })
  }

  it('says the same of the same mistake, with its place', async () => {
    const engine = await start()
    const said = async (call: Promise<unknown>): Promise<string> => call.then(() => 'nothing', (error: unknown) => (LabError.is(error) ? `${error.place}: ${error.message}` : String(error)))
    assert.equal(await said(engine.sample([{ tokens: [1, 99], seeds: [1] }], SAMPLING)), 'prompts[0].tokens[1]: Token 99 is not in the vocabulary of 7.')
    assert.equal(await said(engine.sample(PROMPTS, { ...SAMPLING, topP: 0 })), 'topP: topP has to be above 0 and at most 1, which is off, not 0.')
    assert.equal(await said(engine.sample(PROMPTS, { ...SAMPLING, maxTokens: CONTEXT })), `maxTokens: maxTokens is ${CONTEXT}; the model has a context of ${CONTEXT}, prompt included.`)
    assert.equal(await said(engine.logprobs([{ prompt: [1], completion: Array<number>(CONTEXT).fill(1) }])), `sequences[0]: sequences[0] has ${CONTEXT + 1} tokens; the model takes ${CONTEXT}.`)
    assert.equal(await said(engine.forwardBackward([{ ...SEQUENCE, mask_T: [1] }], LOSS)), 'data[0].mask_T: data[0].mask_T has 1 entries for 2 completion tokens.')
    assert.equal(await said(engine.decode([[1], [7]])), 'tokens[1][0]: Token 7 is not in the vocabulary of 7.')
  })

  it('takes no sequences for no work, except to train on', async () => {
    const engine = await start()
    assert.deepEqual([await engine.sample([], SAMPLING), await engine.logprobs([]), await engine.encode([]), await engine.decode([])], [[], [], [], []])
    await engine.forwardBackward(DATA, LOSS)
    await assert.rejects(engine.forwardBackward([], LOSS), { code: 'engine/empty-batch' })
    assert.equal(norm(await engine.gradients()), 0)
  })

  it('forgets the gradient when training is rejected', async () => {
    const engine = await start()
    await engine.forwardBackward(DATA, LOSS)
    await assert.rejects(engine.forwardBackward([{ ...SEQUENCE, behaviourLogprobs_T: [-1e4, -1] }], LOSS), { code: 'engine/not-finite' })
    assert.equal(norm(await engine.gradients()), 0)
  })

  it('has no model until one is loaded', async () => {
    const engine = subject.start()
    for (const call of [engine.sample(PROMPTS, SAMPLING), engine.logprobs(DATA), engine.forwardBackward(DATA, LOSS), engine.encode(['a']), engine.snapshot('a')]) {
      await assert.rejects(call, { code: 'engine/no-model' })
    }
    await engine.close()
  })
}
