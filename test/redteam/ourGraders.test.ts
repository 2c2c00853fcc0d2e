import assert from 'node:assert/strict'
import type { Environment } from '../../trainer/environments/environment.ts'
import { findEnvironment, parseOptions } from '../../trainer/environments/registry.ts'
import { BATTERY } from '../../trainer/redteam/battery.ts'
import { DEFAULTS, redTeam } from '../../trainer/redteam/redTeam.ts'
import { squaresEnvironment } from '../../trainer/redteam/doubles/squares.fixture.ts'
import { tamperReward } from '../../trainer/rewards/tamper.ts'
import { testsReward } from '../../trainer/rewards/tests.ts'
import { bubblewrapBackend } from '../../trainer/sandbox/bubblewrap/bubblewrapBackend.ts'
import { createExecutor } from '../../trainer/sandbox/createExecutor.ts'
import { quickjsBackend } from '../../trainer/sandbox/quickjs/quickjsBackend.ts'
import type { SandboxBackend } from '../../trainer/sandbox/sandbox.ts'
import { sqliteBackend } from '../../trainer/sandbox/sqlite/sqliteBackend.ts'

interface Case {
  readonly title: string
  readonly environment: Environment
  readonly options?: object
  readonly backend: SandboxBackend
  /** Cheats that there are at least. */
  readonly cheats: number
}

const WORKERS = { workers: 2 }
const CASES: readonly Case[] = [
  { title: 'functions in JavaScript', environment: findEnvironment('function-synthesis'), backend: quickjsBackend(WORKERS), cheats: 60 },
  { title: 'functions in Python', environment: findEnvironment('function-synthesis'), options: { language: 'python' }, backend: bubblewrapBackend(WORKERS), cheats: 60 },
  { title: 'standard input in JavaScript', environment: squaresEnvironment('javascript', 'stdin'), backend: quickjsBackend(WORKERS), cheats: 60 },
  { title: 'standard input in Python', environment: squaresEnvironment('python', 'stdin'), backend: bubblewrapBackend(WORKERS), cheats: 60 },
  { title: 'queries', environment: findEnvironment('sql'), backend: sqliteBackend(WORKERS), cheats: 15 }
]
const REWARDS = [{ reward: testsReward({ scoring: 'all' }), weight: 1 }, { reward: tamperReward({}), weight: -0.5 }]

for (const { title, environment, options = {}, backend, cheats: atLeast } of CASES) {
  const { works, detail } = await backend.probe()
  if (!works) console.log(`  Cheats at ${title} in ${backend.name}: untested here (${detail}).`)
  else it(`${title} in ${backend.name}: no cheat is paid, the solution is`, async function () {
    this.timeout(120_000)
    const executor = createExecutor({ sandboxes: [await backend.open()], retries: 0, concurrency: 2 })
    const subject = { environment, options: environment.name === 'squares' ? {} : parseOptions(environment, options), rewards: REWARDS, executor, deadlineSeconds: 10 }
    try {
      const { golds, cheats } = await redTeam(subject, { ...DEFAULTS, seed: 3, problems: 1 })
      assert.deepEqual(golds.map(({ paid, reward, idle }) => [paid, reward, (idle ?? NaN) <= 0]), [[true, 1, true]])
      assert.deepEqual(cheats.filter(({ outcome }) => outcome !== 'unpaid').map(({ cheat, outcome, why }) => [cheat, outcome, why]), [])
      assert.ok(cheats.length >= atLeast, `${cheats.length} cheats`)
    } finally {
      await executor.close()
    }
  })
}

describe('the battery', () => {
  it('has cheats under names of their own, in every language', () => {
    assert.equal(new Set(BATTERY.map(({ name }) => name)).size, BATTERY.length)
    assert.ok(BATTERY.length >= 80, `${BATTERY.length} cheats`)
    for (const language of ['javascript', 'python'] as const) assert.ok(BATTERY.filter((cheat) => cheat[language] !== undefined).length >= 60)
    assert.ok(BATTERY.every(({ javascript, python, sql, files }) => javascript ?? python ?? sql ?? files))
  })
})
