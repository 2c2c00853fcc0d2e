// npm test: install, build, lint, type-check, then every test. Ends with `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root } from './prepare.mjs'
import { findPython } from './python.mjs'
import { findChromium, vscodeServerReady } from './vscode.mjs'

/** Sections of tests. `needs` answers what is missing to run one, in a sentence, or nothing. */
const sections = [
  { name: 'trainer', files: ['trainer/**/*.test.ts'] },
  { name: 'extension', files: ['extension/**/*.test.ts', 'webviews/**/*.test.ts'] },
  { name: 'whole', files: ['test/**/*.test.ts', '--ignore', 'test/vscode/node_modules/**'] },
  { name: 'packages', files: ['test/packages/*.packages.ts'] },
  { name: 'extension host', runner: 'test/extensionHost/main.ts', needs: vscodeMissing },
  { name: 'browser', files: ['test/browser/*.browser.ts'], needs: vscodeMissing }
]

ensureInstalled()
await ensureBuilt()
const checks = [check('lint', ['eslint', '.', '--max-warnings=0']), check('types', ['tsc', '-b'])]
const python = findPython()
if (!python) console.log('No Python with PyTorch and transformers found (npm run setup:python makes one): the parity tests are skipped.')
const counts = sections.filter(({ name }) => wanted(name)).map(runSection)
const sum = (key) => counts.reduce((total, count) => total + count[key], 0)
const failed = sum('failed') + checks.filter((ok) => !ok).length
for (const { title, error } of counts.flatMap(({ failures }) => failures)) console.log(`\n✖ ${title}\n${error.split('\n').slice(0, 12).join('\n')}`)
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

function vscodeMissing() {
  if (!findChromium()) return 'no Chromium (on Debian: apt-get install chromium)'
  if (!vscodeServerReady()) return 'no VS Code server (npm run setup:vscode installs one)'
  return undefined
}

/** A section that cannot run counts as one skipped test. */
function runSection({ name, files = [], runner, needs }) {
  console.log(`\n— ${name}`)
  const missing = needs?.()
  if (!missing) return runTests(name, (report) => runner ? [runner, report] : mochaArguments(report, files))
  console.log(`Skipped: ${missing}.`)
  return { passed: 0, failed: 0, skipped: 1, failures: [] }
}

function mochaArguments(report, files) {
  return ['node_modules/mocha/bin/mocha.js', '--reporter', 'scripts/mochaReporter.cjs', '--reporter-option', `output=${report}`, ...files]
}

function runTests(name, command) {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-lab-test-'))
  const report = join(folder, 'report.json')
  const result = spawnSync(process.execPath, ['--import', 'tsx', ...command(report)], {
    cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...(python ? { ROLLOUT_LAB_PYTHON: python } : {}) }
  })
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { passed: 0, failed: 0, skipped: 0, failures: [] }
  rmSync(folder, { recursive: true, force: true })
  // A runner that dies after its last test is a failure that no test counted.
  if (result.status !== 0 && counts.failed === 0) {
    counts.failed = 1
    counts.failures.push({ title: name, error: `The runner ended with ${result.signal ?? `exit status ${result.status}`} although no test failed.` })
  }
  return counts
}
