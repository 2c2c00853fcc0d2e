import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { crashingOps } from '../stores/faults.ts'
import { openRun } from '../stores/runDirectory.ts'
import type { TestOptions, TestRun } from './run.fixture.ts'
import { runTrainer } from './runTrainer.ts'

/** Runs until the process "dies" in its n-th change of the disk; false where it ended before. */
export async function dieAt(run: TestRun, change: number, options: TestOptions): Promise<boolean> {
  try {
    const { parts } = await run.open({ ...options, ops: crashingOps(change).ops })
    await runTrainer(parts)
    return false
  } catch {
    return true
  } finally {
    // The lock names this very process, which is alive.
    rmSync(join(run.folder, 'run.lock'), { force: true })
  }
}

/** The weights and optimiser state that the run ended with, byte for byte. */
export async function finalWeights(run: TestRun): Promise<string> {
  const directory = await openRun(run.folder)
  const last = await directory.checkpoints.latestWhole()
  directory.close()
  assert.ok(last)
  return ['fake-model.json', 'fake-optimizer.json'].map((name) => readFileSync(join(last.directory, name), 'utf8')).join('\n')
}
