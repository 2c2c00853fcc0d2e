import assert from 'node:assert/strict'
import { Ledger, onTrace, threeSteps } from './labels.fixture.ts'
import { ownOpinions } from './ownOpinions.ts'
import { complete, judge, markFirstError, nextVerdict, rateStep, toggleFlag } from './sayings.ts'
import type { Judged } from './sayings.ts'

describe('what a labeler says of a trace', () => {
  const rollout = threeSteps()
  let ledger: Ledger
  const judged = (labeler = 'anna'): Judged => ({ rollout, labels: ledger.labels, labeler, segment: 0 })
  const say = (sayings: (judged: Judged) => Parameters<Ledger['say']>[2]): void => ledger.say(rollout, 'anna', sayings(judged()))
  const said = () => {
    const own = ownOpinions(ledger.labels, 'anna')
    return { ratings: [...own.ratings].map(([step, { opinion }]) => [step, opinion.rating]).sort(), first: own.firstError?.opinion.step, right: own.verdict?.opinion.right }
  }
  beforeEach(() => (ledger = new Ledger()))

  it('rates steps, the newest rating in place of the one before', () => {
    say((all) => rateStep(all, 0, 1))
    say((all) => rateStep(all, 1, 'unsure'))
    say((all) => rateStep(all, 0, 0))
    assert.deepEqual(said(), { ratings: [[0, 0], [1, 'unsure']], first: undefined, right: undefined })
    assert.equal(ledger.labels.length, 2)
  })

  it('writes nothing where the same is said again', () => {
    say((all) => rateStep(all, 0, 1))
    say((all) => rateStep(all, 0, 1))
    assert.equal(ledger.records.length, 1)
  })

  it('takes the first step rated bad for the first wrong one and the solution for wrong', () => {
    say((all) => rateStep(all, 2, -1))
    assert.deepEqual(said(), { ratings: [[2, -1]], first: 2, right: false })
    say((all) => rateStep(all, 1, -1))
    assert.deepEqual(said(), { ratings: [[1, -1], [2, -1]], first: 1, right: false })
  })

  it('lets the first wrong step give way when it is wrong no more', () => {
    say((all) => rateStep(all, 1, -1))
    say((all) => rateStep(all, 2, -1))
    say((all) => rateStep(all, 1, 1))
    assert.equal(said().first, 2)
    say((all) => rateStep(all, 2, 0))
    assert.equal(said().first, undefined)
  })

  it('never overrules a verdict that was given', () => {
    say((all) => judge(all, true))
    say((all) => rateStep(all, 0, -1))
    assert.deepEqual(said(), { ratings: [[0, -1]], first: 0, right: true })
  })

  it('marks the first wrong step, or that none is, and takes it back', () => {
    say((all) => markFirstError(all, 1))
    assert.deepEqual(said(), { ratings: [], first: 1, right: false })
    say((all) => markFirstError(all, null))
    assert.deepEqual(said(), { ratings: [], first: null, right: false })
    say((all) => markFirstError(all, null))
    assert.deepEqual(said(), { ratings: [], first: undefined, right: false })
  })

  it('turns the verdict from right to wrong to none', () => {
    const seen: unknown[] = []
    for (let turn = 0; turn < 4; turn += 1) {
      say(nextVerdict)
      seen.push(said().right)
    }
    assert.deepEqual(seen, [true, false, undefined, true])
  })

  it('flags and unflags, and completes once', () => {
    say(toggleFlag)
    assert.ok(ownOpinions(ledger.labels, 'anna').flag)
    say(toggleFlag)
    assert.equal(ownOpinions(ledger.labels, 'anna').flag, undefined)
    say(complete)
    say(complete)
    assert.equal(ledger.labels.filter(({ opinion }) => opinion.kind === 'completed').length, 1)
  })

  it('counts neither others, drafts, models, orphans nor repeats as one’s own', () => {
    const wrong = onTrace(rollout, { kind: 'verdict', right: false })
    ledger.add(rollout, 'ben', wrong)
    ledger.add(rollout, 'anna', wrong, { draft: true })
    ledger.add(rollout, 'anna', wrong, { source: { kind: 'model', provider: 'critic', model: 'm' } })
    ledger.add(rollout, 'anna', wrong, { qualityControl: true })
    const orphans = ledger.labels.map((label) => ({ ...label, ...(label.labeler === 'anna' ? {} : { labeler: 'anna', orphaned: 'textChanged' as const }) }))
    assert.equal(ownOpinions(orphans, 'anna').verdict, undefined)
    assert.deepEqual(ownOpinions(ledger.labels, 'anna', 1).ratings.size, 0)
  })
})
