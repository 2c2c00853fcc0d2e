import assert from 'node:assert/strict'
import type { LiveRun } from '../contracts/trainers.ts'
import { card, live } from './runs.fixture.ts'
import { lacksLivingRun } from './unlisted.ts'

const FOLDERS = ['/w/.rollout-lab/runs']
const lacks = (given: Partial<LiveRun>, cards = [card({ directory: '/w/.rollout-lab/runs/another' })]): boolean => lacksLivingRun(cards, [live(given)], FOLDERS)

describe('a list of runs that was read too early', () => {
  it('lacks a run whose trainer lives', () => {
    for (const connection of ['attached', 'attaching', 'hung', 'mismatch'] as const) assert.equal(lacks({ connection }), true, connection)
    assert.equal(lacks({}, [card()]), false)
  })

  it('lacks none that has ended: it was deleted, and no further reading brings it back', () => {
    for (const connection of ['ended', 'lost'] as const) assert.equal(lacks({ connection }), false, connection)
  })

  it('lacks none of a folder that it does not show', () => {
    assert.equal(lacks({ directory: '/elsewhere/runs/a' }), false)
  })
})
