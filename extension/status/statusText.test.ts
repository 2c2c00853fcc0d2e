import assert from 'node:assert/strict'
import { shown } from '../runs/runs.fixture.ts'
import { activeRun, statusText } from './statusText.ts'

const state = { version: 1, runId: 'x', status: 'running', stage: 'rl', step: 12, steps: 120, seconds: 4, updatedAt: '2025-01-31T14:30:00.000Z' } as const

describe('the status bar', () => {
  it('follows the run that trains', () => {
    const run = shown({ status: 'running', passAt1: { before: 0.42 } }, { state, metrics: { 'reward/mean': 0.5312 } })
    assert.deepEqual(statusText([shown(), run], 2), {
      text: '$(play-circle) arithmetic-chain 12/120 · reward 0.53 · 42 % · 2 queued', warns: false, directory: '/w/.rollout-lab/runs/chain--base--1',
      spoken: 'Rollout Lab: arithmetic-chain running, step 12 of 120, 2 queued',
      tooltip: ["arithmetic-chain: running", "mean reward of the last step's rollouts: 0.531", 'pass@1 on held-out problems: 42 %', '2 queued', 'Click to open the dashboard.'].join('\n')
    })
  })

  it('tells a share of 0 too, and none before the first evaluation', () => {
    const tooltip = (passAt1: { before?: number; last?: number }) => statusText([shown({ status: 'running', passAt1 }, { state })], 0)?.tooltip ?? ''
    assert.match(tooltip({ before: 0 }), /pass@1 on held-out problems: 0 %/)
    assert.match(tooltip({ before: 0.5, last: 0 }), /pass@1 on held-out problems: 0 %/)
    assert.doesNotMatch(tooltip({}), /pass@1/)
  })

  it('shows nothing where nothing trains', () => {
    assert.equal(statusText([shown(), shown({ status: 'running' })], 0), undefined)
  })

  it('says what waits where another window trains', () => {
    assert.deepEqual(statusText([], 2), {
      text: '$(clock) 2 runs queued', tooltip: '2 runs queued: the device is taken by a run of another window or folder.\nClick to show the queue.', spoken: 'Rollout Lab: 2 runs queued', warns: false
    })
  })

  it('prefers what needs help, then what this window steers', () => {
    const named = (name: string, trainer: object) => shown({ name, status: 'running', steps: 0 }, trainer)
    const runs = [named('watched', { state: { ...state }, role: 'watching' }), named('steered', { state }), named('hung', { connection: 'hung' })]
    assert.equal(activeRun(runs)?.card.name, 'hung')
    assert.equal(activeRun(runs.slice(0, 2))?.card.name, 'steered')
    assert.match(statusText(runs, 0)?.text ?? '', /^\$\(warning\) hung not answering · 2 more$/)
  })
})
