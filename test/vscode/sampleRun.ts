import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Trains a sample for a few steps into `<runsFolder>/<name>`, a finished run to look at; returns its directory. `more`: fields of its run file, as `path=value`. */
export function makeSampleRun(runsFolder: string, name: string, steps: number, seed = 0, more: readonly string[] = []): string {
  const directory = join(runsFolder, name)
  const settings = [`steps=${steps}`, 'problemsPerStep=4', 'groupSize=4', 'evaluation.problems=20', 'evaluation.samples=2', `evaluation.every=${Math.ceil(steps / 2)}`, 'checkpoint.every=2', ...more]
  const args = ['run', join(root, 'samples/arithmetic-chain/rl.run.json'), '--out', directory, '--json', '--seed', String(seed), ...settings.flatMap((setting) => ['--set', setting])]
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/lab.mjs'), ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`lab run ended with ${status}:\n${stderr}\n${stdout.slice(-2000)}`)
  return directory
}
