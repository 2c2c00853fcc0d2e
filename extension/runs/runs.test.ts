import assert from 'node:assert/strict'
import { card, live, queued, shown } from './runs.fixture.ts'
import { filterRuns } from './runFilter.ts'
import { groupRuns } from './runGroups.ts'
import { runDescription, runTooltip, spokenRun } from './runWords.ts'
import { actionsOf, isReadable, shownRun } from './shownRun.ts'
import { sparkLine } from './spark.ts'

const places = { runsFolder: '/w/.rollout-lab/runs', otherRunsFolder: '/storage/runs' }
const running = { version: 1, runId: 'x', status: 'running', stage: 'rl', step: 12, steps: 120, seconds: 4, updatedAt: '2025-01-31T14:30:00.000Z' } as const

describe('a shown run', () => {
  it('stands as its trainer says, and else as recorded', () => {
    assert.equal(shown({ status: 'stopped' }).standing, 'stopped')
    assert.equal(shown({ status: 'running' }, { state: { ...running, status: 'paused' } }).standing, 'paused')
    assert.equal(shown({ status: 'running' }, { connection: 'hung' }).standing, 'hung')
    assert.equal(shown({ status: 'interrupted' }, { connection: 'lost' }).standing, 'interrupted')
    assert.equal(shown({ status: 'failed' }, { connection: 'ended' }).standing, 'failed')
  })

  it('takes the step of the trainer, which is ahead of the disk', () => {
    const { step, steps } = shownRun(card({ step: 3, steps: 120 }), live({ state: running }))
    assert.deepEqual([step, steps], [12, 120])
  })

  it('can be done with what makes sense', () => {
    assert.deepEqual(actionsOf(shown({ status: 'running' }, { state: running })), ['pause', 'stop', 'stopNow'])
    assert.deepEqual(actionsOf(shown({ status: 'running' }, { state: { ...running, status: 'paused' } })), ['continue', 'stop', 'stopNow'])
    assert.deepEqual(actionsOf(shown({ status: 'running' }, { state: running, role: 'watching' })), ['takeSteering'])
    assert.deepEqual(actionsOf(shown({ status: 'running', checkpoints: 2 }, { connection: 'hung' })), ['endHung', 'useCheckpoint'])
    assert.deepEqual(actionsOf(shown({ status: 'interrupted' })), ['resume', 'delete'])
    assert.deepEqual(actionsOf(shown({ status: 'finished', checkpoints: 1 })), ['delete', 'useCheckpoint'])
  })

  it('is never deleted while a process may hold it', () => {
    for (const connection of ['attached', 'attaching', 'hung', 'mismatch'] as const) {
      assert.ok(!actionsOf(shown({ status: 'running' }, { connection })).includes('delete'), connection)
    }
  })

  it('is neither deleted nor resumed while a process may hold it that this window does not know', () => {
    for (const status of ['running', 'paused'] as const) assert.deepEqual(actionsOf(shown({ status, checkpoints: 1 })), ['useCheckpoint'], status)
  })

  it('is neither deleted nor resumed again while it waits in the queue, and says so', () => {
    const waits = queued({ status: 'stopped', step: 7, checkpoints: 1 })
    assert.deepEqual(actionsOf(waits), ['useCheckpoint'])
    assert.equal(runDescription(waits), 'queued · 7/120')
    assert.match(spokenRun(waits), /^arithmetic-chain, stopped, waits in the queue, step 7 of 120/)
    assert.match(runTooltip(waits), /^arithmetic-chain: stopped, waits in the queue to be resumed\n/)
  })

  it('goes on again where its trainer was lost and no process holds it', () => {
    assert.deepEqual(actionsOf(shown({ status: 'interrupted' }, { connection: 'lost' })), ['resume', 'delete'])
  })

  it('is of another process where that took it up after this window had seen its trainer go', () => {
    for (const connection of ['lost', 'ended'] as const) {
      const run = shown({ status: 'running', step: 30, checkpoints: 1 }, { connection, state: running, metrics: { 'reward/mean': 0.5 }, explanation: 'It was killed.' })
      assert.deepEqual([run.standing, run.step, run.live, actionsOf(run)], ['running', 30, undefined, ['useCheckpoint']], connection)
    }
  })
})

describe('a run that cannot be read', () => {
  it('is one without a record; what else is damaged keeps its notes and tags', () => {
    assert.deepEqual([shown(), shown({ status: 'damaged' }), shown({ status: 'newer', runId: '' }), shown({ status: 'damaged', runId: '' })].map(isReadable), [true, true, false, false])
  })
})

describe('words of a run', () => {
  const run = shown({ status: 'running', passAt1: { before: 0.42, last: 0.61 }, rewardSpark: [0.1, 0.3, 0.2, 0.8], tags: ['long'], pinned: true }, { state: running })

  it('say in the tree where it stands', () => {
    assert.equal(runDescription(run), '12/120 · 42 → 61 % ▁▃▂█ #long')
    assert.equal(runDescription(shown({ status: 'finished', passAt1: { last: 0.5 } })), '50 %')
    assert.equal(runDescription(shown({ status: 'failed', step: 7, seed: 2 })), 'seed 2 · failed · 7/120')
  })

  it('say it to a screen reader', () => {
    assert.equal(
      spokenRun(run),
      'arithmetic-chain, running, step 12 of 120, held-out pass at 1 61 %, 42 % before, mean reward 0.10 at first, 0.80 now, pinned, tags long'
    )
  })

  it('say it on hover, in plain lines', () => {
    assert.equal(runTooltip(shown({ status: 'interrupted', step: 7, notes: '[x](command:y)\nz', passAt1: { before: 0.4 } })), [
      'arithmetic-chain: interrupted', 'grpo · arithmetic-chain · arithmetic-chain · seed 1', 'step 7 of 120, stage rl', 'held-out pass@1 before: 40 %',
      'Notes: [x] (command:y) z'
    ].join('\n'))
  })

  it('leave out on hover what a run does not tell', () => {
    assert.equal(runTooltip(shown({ recipe: '', environment: '', steps: 0 })), 'arithmetic-chain: finished\narithmetic-chain · seed 1')
  })

  it('show no hostile name as it is', () => {
    assert.match(spokenRun(shown({ name: '\u202Eevil\u001b[31m $(bug)' })), /^evil \$ \(bug\), finished/)
  })
})

describe('spark line', () => {
  it('spans least to greatest', () => {
    assert.equal(sparkLine([0, 1, 2, 3, 4, 5, 6, 7]), '▁▂▃▄▅▆▇█')
  })
  it('averages neighbours where there are too many', () => {
    assert.equal(sparkLine([0, 0, 1, 1], 2), '▁█')
    assert.equal([...sparkLine(Array.from({ length: 40 }, (_, i) => i))].length, 8)
  })
  it('is flat for equal values and empty for fewer than two', () => {
    assert.equal(sparkLine([2, 2, 2]), '▄▄▄')
    assert.equal(sparkLine([1]), '')
    assert.equal(sparkLine([NaN, 1]), '')
  })
})

describe('groups of runs', () => {
  const at = (createdAt: string, recipe = 'grpo', pinned = false) => shown({ createdAt, recipe, pinned, name: createdAt })
  const runs = [at('2025-01-29T12:00:00Z'), at('2025-01-31T12:00:00Z', 'rloo'), at('2025-01-30T12:00:00Z'), at('2025-01-28T12:00:00Z', 'grpo', true)]

  it('are by recipe, the newest first, pinned runs leading', () => {
    const groups = groupRuns(runs, 'recipe', new Date('2025-01-31T13:00:00Z'), places)
    assert.deepEqual(groups.map(({ label, runs: members }) => [label, members.map(({ card: { name } }) => name.slice(8, 10))]), [
      ['rloo', ['31']], ['grpo', ['28', '30', '29']]
    ])
  })

  it('are by day, with names for the last two', () => {
    const groups = groupRuns(runs, 'day', new Date(2025, 0, 31, 13), places)
    assert.deepEqual(groups.map(({ label }) => label), ['Today', 'Yesterday', '2025-01-29', '2025-01-28'])
  })

  it('may be none', () => {
    assert.deepEqual(groupRuns(runs, 'none', new Date(), places).map(({ label, runs: members }) => [label, members.length]), [['', 4]])
  })

  it('keep those made without a folder apart, unless the window has none', () => {
    const other = shown({ directory: '/storage/runs/a--b--1', name: 'elsewhere', createdAt: '2025-02-02T00:00:00.000Z' })
    const labels = (runsFolder: string): string[] => groupRuns([...runs, other], 'recipe', new Date(), { ...places, runsFolder }).map(({ label }) => label)
    assert.deepEqual(labels(places.runsFolder), ['rloo', 'grpo', 'Other: made without a folder'])
    assert.ok(!labels(places.otherRunsFolder).some((label) => label.startsWith('Other')))
    assert.deepEqual(groupRuns([...runs, other], 'none', new Date(), places).map(({ label }) => label), ['', 'Other: made without a folder'])
  })
})

describe('filter of runs', () => {
  const runs = [shown({ name: 'Alpha', tags: ['baseline'] }), shown({ name: 'beta', status: 'failed' }), shown({ name: 'gamma', notes: 'alpha again' })]
  const names = (filter: string) => filterRuns(runs, filter).map(({ card: { name } }) => name)

  it('finds every word in what is known of a run', () => {
    assert.deepEqual(names('alpha'), ['Alpha', 'gamma'])
    assert.deepEqual(names('failed'), ['beta'])
    assert.deepEqual(names('alpha again'), ['gamma'])
    assert.deepEqual(names(' '), ['Alpha', 'beta', 'gamma'])
  })

  it('finds tags alone by #', () => {
    assert.deepEqual(names('#base'), ['Alpha'])
    assert.deepEqual(names('#alpha'), [])
  })
})
