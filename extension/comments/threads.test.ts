import assert from 'node:assert/strict'
import { anchorOf, traceAnchor } from '../../trainer/labels/anchors/makeAnchor.ts'
import { Ledger, onStep, onTrace, threeSteps } from '../ratings/labels.fixture.ts'
import { projectRollout } from '../traces/traceText.ts'
import { threadRange } from './threadPlace.ts'
import { authorOf, commentContext, editOf, headingOf, isDiscussed, remarkOf, shownText, textOf, threadContext, withText } from './threadTexts.ts'

const rollout = threeSteps()
const projection = projectRollout(rollout, 'run')
const lineOf = (text: string): number => projection.text.split('\n').findIndex((line) => line.startsWith(text))
const only = (ledger: Ledger) => ledger.labels[0]!

describe('the thread of a label', () => {
  it('stands on the span, the step, or the heading of the completion', () => {
    const range = (from: number, to: number) => threadRange(projection, { anchor: anchorOf(rollout, 0, from, to) })
    const line = lineOf('5*2')
    assert.deepEqual(range(10, 13), { start: { line, character: 2 }, end: { line, character: 5 } })
    assert.deepEqual(range(8, 15), { start: { line, character: 0 }, end: { line, character: 7 } })
    assert.equal(threadRange(projection, { anchor: traceAnchor(rollout) }).start.line, lineOf('── Completion'))
  })

  it('stands on the first line where it was written for another text', () => {
    const anchor = traceAnchor(rollout)
    assert.equal(threadRange(projection, { anchor, orphaned: 'textChanged' }).start.line, 0)
    assert.equal(threadRange(projection, { anchor: { ...anchor, segment: 7 } }).start.line, 0)
  })

  it('is there for what has a text and not for marks', () => {
    const ledger = new Ledger()
    ledger.add(rollout, 'anna', onStep(rollout, 0, { kind: 'critique', text: 'x' }))
    ledger.add(rollout, 'anna', onStep(rollout, 0, { kind: 'stepRating', rating: 1 }))
    ledger.add(rollout, 'anna', onTrace(rollout, { kind: 'flag', reason: '' }))
    ledger.add(rollout, 'anna', onTrace(rollout, { kind: 'flag', reason: 'leaks' }))
    const draft = ledger.add(rollout, 'anna', onTrace(rollout, { kind: 'critique', text: 'draft' }), { draft: true, source: { kind: 'checker', name: 's' } })
    assert.deepEqual(ledger.labels.map(isDiscussed), [true, false, false, true, true])
    ledger.add(rollout, 'anna', { opinion: { kind: 'decision', of: draft.id, decision: 'rejected' }, anchor: draft.anchor })
    assert.equal(ledger.labels.filter(isDiscussed).length, 2)
  })

  it('says what it is of', () => {
    const heading = (...[opinion, step]: [Parameters<typeof onTrace>[1], number?]): string => {
      const ledger = new Ledger()
      ledger.add(rollout, 'anna', step === undefined ? onTrace(rollout, opinion) : onStep(rollout, step, opinion))
      return headingOf(only(ledger))
    }
    assert.equal(heading({ kind: 'critique', text: 'x' }, 1), 'Critique of step 2')
    assert.equal(heading({ kind: 'critique', text: 'x' }), 'Critique')
    assert.equal(heading({ kind: 'note', text: 'x' }, 0), 'Note on step 1')
    assert.equal(heading({ kind: 'better', of: 'step', text: 'x' }, 0), 'Better step 1')
    assert.equal(heading({ kind: 'better', of: 'answer', text: 'x' }), 'Better answer')
    assert.equal(heading({ kind: 'preference', other: { rollout: 'r\u202e2', textHash: '' }, preferred: 'other', rationale: 'x' }), 'Preference below r2')
  })

  it('names models, checkers and scripts by what they are, and marks drafts', () => {
    const ledger = new Ledger()
    const critique = onTrace(rollout, { kind: 'critique', text: 'x' })
    ledger.add(rollout, 'anna', critique)
    ledger.add(rollout, 'anna', critique, { draft: true, source: { kind: 'model', provider: 'api.example', model: 'm$(bug)' } })
    ledger.add(rollout, 'anna', critique, { source: { kind: 'scripted', name: 'oracle', errorRate: 0, laziness: 0, bias: 0, seed: 1 } })
    assert.deepEqual(ledger.labels.map(authorOf), ['anna', 'm$ (bug) (api.example)', 'scripted oracle'])
    assert.deepEqual(ledger.labels.map(remarkOf), ['', 'Draft, not a label', ''])
    assert.deepEqual(ledger.labels.map((label) => commentContext(label, 'anna')), ['mine', 'draft', 'others'])
    assert.deepEqual(ledger.labels.map(threadContext), ['open', 'draft', 'open'])
    assert.equal(commentContext(only(ledger), 'ben'), 'others')
  })

  it('tells of edits, of drafts taken over, of orphans and of being resolved', () => {
    const ledger = new Ledger()
    const draft = { draft: 'd', how: 'edited', source: { kind: 'model', provider: 'critic', model: 'm' } } as const
    const first = ledger.add(rollout, 'anna', { ...onTrace(rollout, { kind: 'critique', text: 'x' }), suggestedBy: draft })
    ledger.add(rollout, 'anna', { ...onTrace(rollout, { kind: 'critique', text: 'y' }), replaces: first.id, suggestedBy: draft })
    ledger.add(rollout, 'ben', { opinion: { kind: 'resolved', of: first.id, resolved: true }, anchor: first.anchor })
    assert.equal(remarkOf({ ...only(ledger), orphaned: 'textChanged' }), 'Orphaned: written for another text · edited from m (critic) · edited')
    assert.equal(threadContext(only(ledger)), 'resolved')
    assert.equal(textOf(only(ledger)), 'y')
  })

  it('is edited by a record in its place, which says what draft it came of', () => {
    const ledger = new Ledger()
    const suggestedBy = { draft: 'd', how: 'accepted', source: { kind: 'model', provider: 'critic', model: 'm' } } as const
    const own = ledger.add(rollout, 'anna', onTrace(rollout, { kind: 'critique', text: 'x' }))
    assert.deepEqual(editOf(only(ledger), 'y'), { opinion: { kind: 'critique', text: 'y' }, anchor: own.anchor, replaces: own.id })
    assert.equal(editOf(only(ledger), 'x'), undefined)
    const taken = ledger.add(rollout, 'anna', { ...onTrace(rollout, { kind: 'critique', text: 'drafted' }), suggestedBy })
    assert.deepEqual(editOf(ledger.labels[1]!, 'drafted!'), { opinion: { kind: 'critique', text: 'drafted!' }, anchor: taken.anchor, replaces: taken.id, suggestedBy: { ...suggestedBy, how: 'edited' } })
  })

  it('shows text as it is but for what hides or turns round, and keeps it word for word', () => {
    const ledger = new Ledger()
    const text = '**not bold** [x](command:quit) <img> 👩\u200d👧 שלום \u202eevil\u001b[31m'
    ledger.add(rollout, 'anna', onTrace(rollout, { kind: 'critique', text }))
    assert.equal(shownText(only(ledger)), '**not bold** [x](command:quit) <img> 👩\u200d👧 שלום evil')
    assert.equal(textOf(only(ledger)), text)
    assert.deepEqual(withText(only(ledger), 'z'), { kind: 'critique', text: 'z' })
    assert.equal(withText({ opinion: { kind: 'verdict', right: true } }, 'z'), undefined)
  })
})
