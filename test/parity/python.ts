import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('./reference.py', import.meta.url))
/** A Python with PyTorch and transformers, as the test script found it. */
export const python = process.env['ROLLOUT_LAB_PYTHON']

/** Runs a command of reference.py. */
export function reference<T>(command: string, request: Record<string, unknown>): T {
  const result = spawnSync(python!, [script], {
    input: JSON.stringify({ command, ...request }), encoding: 'utf8', maxBuffer: 1 << 30,
    env: { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' }
  })
  if (result.status !== 0) throw new Error(`reference.py ${command} failed:\n${result.stderr}`)
  return JSON.parse(result.stdout) as T
}

/** Describes tests that need PyTorch; without it they are counted as skipped. */
export function describeWithPython(title: string, tests: (this: Mocha.Suite) => void): void {
  if (python) describe(title, tests)
  else describe(title, () => it('needs a Python with PyTorch and transformers'))
}
