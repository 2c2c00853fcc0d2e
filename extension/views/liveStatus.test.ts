import assert from 'node:assert/strict'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { LiveRun } from '../contracts/trainers.ts'
import { liveStatus } from './liveStatus.ts'

const card: RunCard = {
  directory: '/r', runId: 'r', name: 'r', recipe: '', model: '', environment: '', seed: 1, study: '', notes: '', tags: [], pinned: false, createdAt: '',
  status: 'running', stage: 'rl', step: 1, steps: 9, updatedAt: '', passAt1: {}, rewardSpark: [], checkpoints: 3
}
const live: LiveRun = { directory: '/r', runId: 'r', connection: 'attached', role: 'steering' }

describe('how a window stands to a run', () => {
  it('says what can be steered, and nothing else that can be done with a run', () => {
    assert.deepEqual(liveStatus(card, live), { run: '/r', connection: 'attached', steering: true, actions: ['pause', 'stop', 'stopNow'] })
    assert.deepEqual(liveStatus(card, { ...live, role: 'watching' }).actions, ['takeSteering'])
    assert.deepEqual(liveStatus({ ...card, status: 'failed' }, undefined), { run: '/r', connection: 'none', steering: false, actions: ['resume'] })
  })

  it('hands on why', () => {
    assert.equal(liveStatus(card, { ...live, connection: 'hung', explanation: 'No answer for 30 s.' }).explanation, 'No answer for 30 s.')
  })

  it('tells nothing of a trainer that has gone where another process holds the run', () => {
    assert.deepEqual(liveStatus(card, { ...live, connection: 'lost', explanation: 'It was killed.' }), { run: '/r', connection: 'none', steering: false, actions: [] })
  })
})
