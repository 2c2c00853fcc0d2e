import assert from 'node:assert/strict'
import type { RolloutFilter } from '../../../trainer/protocol/rolloutViews.ts'
import { boundsText, chipsOf, readBounds, withCondition, withPart } from './filterChips.ts'

const full: RolloutFilter = {
  steps: { from: 3, to: 9 }, kinds: ['train'], reward: { from: 0.5 }, parts: { correct: { to: 0 }, format: { from: 1, to: 1 } }, verdicts: ['right', 'notScorable'],
  stopReasons: ['length'], zeroVariance: true, kept: false, environments: ['chain'], problemId: 'p1', group: 'g', tokens: { to: 100 }, text: 'carry', superseded: true, where: 'step > 1', labels: ['flagged', 'disagreeing']
}

describe('chipsOf', () => {
  it('has a chip for every condition', () => {
    assert.equal(chipsOf(full).length, Object.keys(full).length + 1)
    assert.deepEqual(chipsOf({}), [])
  })

  it('leads to the empty filter when chips are removed one after the other', () => {
    let filter = full
    for (let left = chipsOf(full).length; left > 0; left--) {
      assert.equal(chipsOf(filter).length, left)
      filter = chipsOf(filter)[left % chipsOf(filter).length]?.without ?? filter
    }
    assert.deepEqual(filter, {})
  })

  it('says conditions in words', () => {
    assert.deepEqual(chipsOf({ reward: { from: 0.5 }, verdicts: ['right', 'notScorable'], stopReasons: ['length'] }).map((chip) => chip.label), ['reward ≥ 0.5', 'right or not scorable', 'stopped: cut at limit'])
  })
})

describe('the fields of a filter', () => {
  it('read numbers, and no condition where they are empty', () => {
    assert.deepEqual(readBounds('1.5', ''), { bounds: { from: 1.5 } })
    assert.deepEqual(readBounds('', '−2'), { bounds: { to: -2 } })
    assert.deepEqual(readBounds('2.6', '-4', true), { bounds: { from: 3, to: 0 } })
    assert.deepEqual(readBounds(' ', ''), { bounds: undefined })
  })

  it('say what is no number, also where the other one is', () => {
    assert.deepEqual(readBounds('0,5', '1'), { mistake: '“0,5” is no number: decimals are written with a point, as in 0.5.' })
    assert.deepEqual(readBounds('0', 'x'), { mistake: '“x” is no number.' })
    assert.deepEqual(readBounds('', 'Infinity', true), { mistake: '“Infinity” is no number.' })
  })

  it('take conditions away where they are emptied', () => {
    assert.deepEqual(withCondition({ text: 'a', kept: true }, 'text', ''), { kept: true })
    assert.deepEqual(withCondition({ kept: true }, 'kept', undefined), {})
    assert.deepEqual(withCondition({}, 'verdicts', []), {})
    assert.deepEqual(withCondition({}, 'kept', false), { kept: false })
    assert.deepEqual(withPart(withPart({}, 'a', { from: 1 }), 'a', undefined), {})
  })

  it('write ranges', () => {
    assert.deepEqual([{ from: 1, to: 1 }, { from: 1 }, { to: 2 }, { from: 1, to: 2 }].map(boundsText), ['1', '≥ 1', '≤ 2', '1 to 2'])
  })
})
