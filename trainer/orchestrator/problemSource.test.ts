import assert from 'node:assert/strict'
import type { Environment } from '../environments/environment.ts'
import { heldOutProblems, trainingProblems } from './problemSource.ts'
import { echo } from './run.fixture.ts'
import type { StagePlan } from './runPlan.ts'

const named = (name: string, weight: number) => ({ environment: { ...(echo as Environment), name }, options: { words: 4 }, weight })
const stage = (...mixture: StagePlan['mixture']): StagePlan => ({ mixture, problemsPerStep: 500 }) as unknown as StagePlan

describe('problem source', () => {
  it('draws the problems of a step from seed and step alone', () => {
    const one = stage(named('a', 1))
    const ids = (seed: number, step: number): string[] => trainingProblems(one, seed, step).map(({ problem }) => problem.id)
    assert.deepEqual(ids(1, 5), ids(1, 5))
    assert.notDeepEqual(ids(1, 5), ids(1, 6))
    assert.notDeepEqual(ids(1, 5), ids(2, 5))
  })

  it('mixes environments by weight', () => {
    const drawn = trainingProblems(stage(named('a', 3), named('b', 1)), 1, 1)
    const share = drawn.filter(({ environment }) => environment.name === 'a').length / drawn.length
    // Three standard errors of a share of 0.75 in 500 draws.
    assert.ok(Math.abs(share - 0.75) < 3 * Math.sqrt((0.75 * 0.25) / 500), `share ${share}`)
  })

  it('keeps the splits apart and held-out problems distinct, as many as there are', () => {
    const set = { name: 'heldOut', mixture: [named('a', 1)], problems: 100 }
    const heldOut = heldOutProblems(set, 1).map(({ problem }) => problem.id)
    assert.equal(new Set(heldOut).size, heldOut.length)
    assert.equal(heldOut.length, 8)
    const train = new Set(trainingProblems(stage(named('a', 1)), 1, 1).map(({ problem }) => problem.id))
    assert.ok(heldOut.every((id) => !train.has(id)))
  })

  it('gives the shorter set as the beginning of the longer one', () => {
    const set = { name: 'heldOut', mixture: [named('a', 1)], problems: 6 }
    assert.deepEqual(heldOutProblems(set, 1, 3), heldOutProblems(set, 1).slice(0, 3))
  })
})
