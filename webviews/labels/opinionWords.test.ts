import assert from 'node:assert/strict'
import type { Opinion } from '../../trainer/protocol/label.ts'
import { labelOf } from '../labeller/labeller.fixture.ts'
import { opinionWords, remarksOn, sourceWords } from './opinionWords.ts'

const anchor = { segment: 0, textHash: 'h', from: 0, to: 1 }
const label = (more: Partial<Parameters<typeof labelOf>[0]>) => labelOf({ rollout: 'r', anchor, opinion: { kind: 'verdict', right: true }, ...more }, 'id')

describe('words for labels', () => {
  it('say every opinion, steps counted from 1', () => {
    const said: readonly (readonly [Opinion, string])[] = [
      [{ kind: 'stepRating', rating: -1 }, '− bad'], [{ kind: 'stepRating', rating: 'unsure' }, '? unsure'], [{ kind: 'firstError', step: 0 }, 'first wrong step: 1'], [{ kind: 'firstError', step: null }, 'no step is wrong'],
      [{ kind: 'verdict', right: false }, '✗ wrong'], [{ kind: 'better', of: 'step', text: 'x' }, 'better step: x'], [{ kind: 'flag', reason: '' }, '⚑ flagged'],
      [{ kind: 'preference', other: { rollout: 'b', textHash: '' }, preferred: 'other', rationale: 'shorter' }, 'worse than the other: shorter'], [{ kind: 'rubric', labelSet: 'q', schemaHash: '', scores: { a: 1, b: 'c' } }, 'q: a 1, b c'], [{ kind: 'completed' }, 'completed']
    ]
    for (const [opinion, words] of said) assert.equal(opinionWords(opinion), words)
  })

  it('let no hidden character of a label through', () => {
    assert.equal(opinionWords({ kind: 'critique', text: 'a\u202eb\u001b[31m\u200b' }), 'a⟨RLO⟩b⟨ESC⟩[31m⟨ZWSP⟩')
    assert.equal(sourceWords(label({ source: { kind: 'model', provider: 'p\u202e', model: 'm' } })), 'model m (p⟨RLO⟩)')
  })

  it('never show a model under a person’s name', () => {
    assert.equal(sourceWords(label({ labeler: 'ann' })), 'ann')
    assert.match(sourceWords(label({ labeler: 'ann', source: { kind: 'model', provider: 'critic', model: 'm' } })), /^model m/)
    assert.match(sourceWords(label({ labeler: 'ann', source: { kind: 'scripted', name: 'oracle', errorRate: 0, laziness: 0, bias: 0, seed: 0 } })), /^scripted oracle/)
  })

  it('say what a reader must know', () => {
    assert.deepEqual(remarksOn(label({ draft: true })), ['draft, not a label'])
    assert.deepEqual(remarksOn(label({ orphaned: 'textChanged', blind: true })), ['orphaned: it was given for another text', 'blind'])
    assert.deepEqual(remarksOn(label({ suggestedBy: { draft: 'd', how: 'edited', source: { kind: 'checker', name: 'sums' } } })), ['edited from step checker sums'])
  })
})
