// npm test: install, build, lint, type-check, then every test. Ends with `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root } from './prepare.mjs'
import { findPython } from './python.mjs'

const sections = [
  { name: 'trainer', files: ['trainer/**/*.test.ts'] },
  { name: 'whole', files: ['test/**/*.test.ts'] }
]

ensureInstalled()
await ensureBuilt()
const checks = [check('lint', ['eslint', '.', '--max-warnings=0']), check('types', ['tsc', '-b'])]
const python = findPython()
if (!python) console.log('No Python with PyTorch and transformers found (npm run setup:python makes one): the parity tests are skipped.')
const counts = sections.filter(({ name }) => wanted(name)).map(runMocha)
const sum = (key) => counts.reduce((total, count) => total + count[key], 0)
const failed = sum('failed') + checks.filter((ok) => !ok).length
console.log(`${sum('passed') + checks.filter(Boolean).length} passed, ${failed} failed, ${sum('skipped')} skipped`)
process.exitCode = failed === 0 ? 0 : 1

function wanted(name) {
  const asked = process.argv.slice(2)
  return asked.length === 0 || asked.includes(name)
}

function check(name, command) {
  console.log(`\n— ${name}`)
  const result = spawnSync('npx', command, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' })
  return result.status === 0
}

function runMocha({ name, files }) {
  console.log(`\n— ${name}`)
  const folder = mkdtempSync(join(tmpdir(), 'rollout-lab-test-'))
  const report = join(folder, 'report.json')
  const args = ['--import', 'tsx', 'node_modules/mocha/bin/mocha.js', '--reporter', 'scripts/mochaReporter.cjs', '--reporter-option', `output=${report}`, ...files]
  const result = spawnSync(process.execPath, args, {
    cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...(python ? { ROLLOUT_LAB_PYTHON: python } : {}) }
  })
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { passed: 0, failed: 1, skipped: 0 }
  rmSync(folder, { recursive: true, force: true })
  // A runner that dies after its last test is a failure that no test counted.
  if (result.status !== 0 && counts.failed === 0) counts.failed = 1
  return counts
}
