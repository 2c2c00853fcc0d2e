import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
/** A Python with PyTorch, transformers and pytest, as the test script found it. */
const python = process.env['ROLLOUT_LAB_PYTHON']

const testFiles = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(sep).join('/'))
    .filter((file) => /^rollout_lab\/.*\/?test_[^/]*\.py$/.test(file))
    .sort()

/** What pytest prints of all files: one process, since importing PyTorch takes longer than most of them. */
function runPytest(program: string): Promise<string> {
  const child = spawn(program, ['-B', '-m', 'pytest', '-v', '--tb=short', '--color=no', 'rollout_lab'], {
    cwd: folder, env: { ...process.env, HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '', COLUMNS: '200', PYTHONWARNINGS: 'ignore' }, stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => { output += text.toString() })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}

const outcomesOf = (output: string, file: string): string[] =>
  output.split('\n').filter((line) => line.startsWith(`${file}::`)).map((line) => /\s(PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\s/.exec(`${line} `)?.[1] ?? 'UNFINISHED')

describe('Python units of the PyTorch engine', function () {
  this.timeout(900_000)
  if (python === undefined) {
    it('all of them: they need a Python with PyTorch, transformers and pytest (npm run setup:torch), named by ROLLOUT_LAB_PYTHON')
    return
  }
  let output = ''
  before(async () => { output = await runPytest(python) })

  for (const file of testFiles()) {
    it(file.replace('rollout_lab/', ''), () => {
      const outcomes = outcomesOf(output, file)
      assert.ok(outcomes.length > 0 && outcomes.every((outcome) => outcome === 'PASSED' || outcome === 'SKIPPED'), output.slice(-20_000))
    })
  }
})
