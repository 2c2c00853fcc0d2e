import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Opinion } from '../../../trainer/protocol/label.ts'
import { EMPTY, firstErrorOf, givenBy, hold, implied, opinionIn, rebase, say, slotsIn, stepBack, type, verdictOf } from './judgement.ts'
import type { Judgement } from './judgement.ts'
import { labelOf } from '../labeller.fixture.ts'
import { slotOf } from './slots.ts'
import type { Slot } from './slots.ts'

const rating = (value: -1 | 0 | 1): Opinion => ({ kind: 'stepRating', rating: value })
const given = (slot: Slot, opinion: Opinion): Judgement => ({ ...EMPTY, given: new Map([[slot, { id: 'r1', opinion }]]) })
const anchor = { segment: 0, textHash: 'h', from: 0, to: 3 }

describe('a judgement', () => {
  it('says what was said last, over what the disk says', () => {
    const before = given('verdict', { kind: 'verdict', right: true })
    assert.equal(opinionIn<'verdict'>(before, 'verdict')?.right, true)
    assert.equal(opinionIn<'verdict'>(say(before, 'verdict', { kind: 'verdict', right: false }), 'verdict')?.right, false)
    assert.equal(opinionIn(say(before, 'verdict', null), 'verdict'), undefined)
    assert.deepEqual(slotsIn(say(before, 'verdict', null)), [])
  })

  it('has nothing to write where the disk says the same', () => {
    assert.equal(say(given('rating:2', rating(-1)), 'rating:2', rating(-1)).changes.size, 0)
  })

  it('goes back through everything that was said, whatever it was', () => {
    const slot = fc.constantFrom<Slot>('rating:0', 'rating:1', 'verdict', 'flag', 'critique')
    const opinion = fc.option(fc.constantFrom<Opinion>(rating(1), rating(-1), { kind: 'verdict', right: true }, { kind: 'flag', reason: '' }), { nil: null })
    fc.assert(fc.property(fc.array(fc.tuple(slot, opinion), { maxLength: 20 }), (sayings) => {
      const states = [given('rating:0', rating(0))]
      for (const [where, what] of sayings) states.push(say(states.at(-1)!, where, what))
      let back: Judgement | undefined = states.at(-1)!
      const seen = [back]
      while ((back = stepBack(back))) seen.push(back)
      assert.deepEqual([...seen.at(-1)!.changes], [])
      // Every step changes something: no key press of "undo" is lost.
      for (let at = 1; at < seen.length; at++) assert.notDeepEqual([...seen[at]!.changes], [...seen[at - 1]!.changes])
    }))
  })

  it('takes a text back as a whole, not letter by letter', () => {
    let judgement = hold(EMPTY)
    for (const text of ['w', 'wr', 'wrong']) judgement = type(judgement, 'critique', { kind: 'critique', text })
    assert.deepEqual(stepBack(judgement)?.changes, EMPTY.changes)
  })

  it('keeps what is not written when the disk changes, and drops what others wrote alike', () => {
    const judgement = say(say(EMPTY, 'rating:0', rating(1)), 'verdict', { kind: 'verdict', right: true })
    const after = rebase(judgement, new Map([['rating:0', { id: 'x', opinion: rating(1) }]]))
    assert.deepEqual([...after.changes.keys()], ['verdict'])
  })
})

describe('what follows from ratings', () => {
  it('is the first bad step and that the solution is wrong', () => {
    const judgement = say(say(EMPTY, 'rating:7', rating(-1)), 'rating:3', rating(-1))
    assert.equal(firstErrorOf(judgement), 3)
    assert.deepEqual(verdictOf(judgement), { right: false, follows: true })
    assert.deepEqual([...implied(judgement)], [['firstError', { kind: 'firstError', step: 3 }], ['verdict', { kind: 'verdict', right: false }]])
  })

  it('never overrules a verdict that was said', () => {
    const judgement = say(say(EMPTY, 'rating:0', rating(-1)), 'verdict', { kind: 'verdict', right: true })
    assert.deepEqual(verdictOf(judgement), { right: true, follows: false })
    assert.equal(implied(judgement).has('verdict'), false)
  })

  it('is that the solution is right where no step is wrong', () => {
    assert.deepEqual(verdictOf(say(EMPTY, 'firstError', { kind: 'firstError', step: null })), { right: true, follows: true })
  })

  it('is nothing without a bad step', () => {
    const judgement = say(EMPTY, 'rating:0', rating(1))
    assert.equal(firstErrorOf(judgement), undefined)
    assert.equal(implied(judgement).size, 0)
  })
})

describe('givenBy', () => {
  const slot = (label: ReturnType<typeof labelOf>) => slotOf(label.opinion, label.anchor)
  it('takes the newest own opinion of each slot and leaves out what is not the labeler’s own', () => {
    const verdict = (right: boolean): Opinion => ({ kind: 'verdict', right })
    const labels = [
      labelOf({ rollout: 'r', anchor, opinion: verdict(true) }, 'newer', 5), labelOf({ rollout: 'r', anchor, opinion: verdict(false) }, 'older', 1),
      labelOf({ rollout: 'r', anchor, opinion: verdict(false), labeler: 'bob' }, 'bob', 9), labelOf({ rollout: 'r', anchor, opinion: verdict(false), draft: true }, 'draft', 9),
      labelOf({ rollout: 'r', anchor, opinion: verdict(false), qualityControl: true }, 'repeat', 9), labelOf({ rollout: 'r', anchor, opinion: verdict(false), orphaned: 'textChanged' }, 'orphan', 9),
      labelOf({ rollout: 'r', anchor: { ...anchor, segment: 1 }, opinion: verdict(false) }, 'elsewhere', 9),
      labelOf({ rollout: 'r', anchor, opinion: verdict(false), source: { kind: 'scripted', name: 'oracle', errorRate: 0, laziness: 0, bias: 0, seed: 0 } }, 'scripted', 9)
    ]
    assert.deepEqual([...givenBy('ann', labels, 0, slot)], [['verdict', { id: 'newer', opinion: verdict(true) }]])
  })
})
