// Runs inside VS Code's extension host: mocha over the suites beside this file, results into a file that main.ts reads.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type MochaConstructor from 'mocha'
import type { Outcome } from './outcome.ts'
import { suites } from './suites.ts'

declare const require: (name: string) => unknown

export function run(): Promise<void> {
  const folder = process.env.ROLLOUT_LAB_TEST_RESULTS
  if (!folder) throw new Error('ROLLOUT_LAB_TEST_RESULTS names no folder.')
  const mocha = newMocha()
  const outcomes: Outcome[] = []
  return new Promise((resolve) => {
    mocha.suite.emit('pre-require', globalThis as unknown as Mocha.MochaGlobals, '', mocha)
    for (const define of suites) define()
    const runner = mocha.run(() => {
      // Renamed into place so that a reader never sees half of it.
      writeFileSync(join(folder, 'results.part'), JSON.stringify(outcomes))
      renameSync(join(folder, 'results.part'), join(folder, 'results.json'))
      resolve()
    })
    runner.on('pass', (test) => outcomes.push({ title: test.fullTitle(), state: 'passed', milliseconds: test.duration ?? 0 }))
    runner.on('pending', (test) => outcomes.push({ title: test.fullTitle(), state: 'skipped', milliseconds: 0 }))
    runner.on('fail', (test, error: Error) => outcomes.push({ title: test.fullTitle(), state: 'failed', milliseconds: 0, error: error.stack ?? String(error) }))
  })
}

/** mocha is an ES module; the host loads it with require(), which answers with its namespace. */
function newMocha(): Mocha {
  const loaded = require('mocha') as { default?: typeof MochaConstructor } & typeof MochaConstructor
  const Mocha = loaded.default ?? loaded
  return new Mocha({ ui: 'bdd', timeout: 60_000, color: false })
}
