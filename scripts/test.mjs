// npm test: install, build, lint, type-check, then every test. Ends with `N passed, N failed, N skipped`.
import { availableParallelism } from 'node:os'
import { packageFor, targetHere } from './package.mjs'
import { ensureBuilt, ensureInstalled } from './prepare.mjs'
import { findPython } from './python.mjs'
import { runPrinting } from './printedRun.mjs'
import { runSection } from './testSection.mjs'
import { findChromium, vscodeServerReady } from './vscode.mjs'

/**
 * Tests wait for processes and deadlines: one file more than there are cores keeps all of them busy, beside windows that do so alone. More
 * at once would only make deadlines pass that a person's machine keeps.
 */
const cores = Math.min(availableParallelism(), 4)
const jobs = cores + 1

/**
 * Two rows of sections side by side: programs, and windows. `needs` answers what is missing to run one, in a sentence, or nothing.
 */
const rows = [
  [
    { name: 'whole', files: ['test/**/*.test.ts', '--ignore', 'test/vscode/node_modules/**'], jobs, again: true },
    { name: 'trainer', files: ['trainer/**/*.test.ts'], jobs, again: true },
    { name: 'extension', files: ['extension/**/*.test.ts', 'webviews/**/*.test.ts'], jobs }
  ],
  [
    { name: 'packages', files: ['test/packages/*.packages.ts'] },
    { name: 'extension host', runner: 'test/extensionHost/main.ts', needs: vscodeMissing, prepare: packagedHere },
    { name: 'browser', files: ['test/browser/*.browser.ts'], needs: vscodeMissing, prepare: packagedHere, jobs: cores, again: true }
  ]
]

ensureInstalled()
await ensureBuilt()
const checks = await Promise.all([check('lint', ['eslint', '.', '--max-warnings=0']), check('types', ['tsc', '-b'])])
const python = findPython()
if (!python) console.log('No Python with PyTorch and transformers found (npm run setup:python makes one): the parity tests are skipped.')
const counts = (availableParallelism() > 1 ? await Promise.all(rows.map(runRow)) : [await runRow(rows.flat())]).flat()
const sum = (key) => counts.reduce((total, count) => total + count[key], 0)
const beginning = (error) => error.split('\n').slice(0, 12).join('\n')
for (const { title, error } of counts.flatMap(({ unsteady }) => unsteady)) console.log(`\n~ ${title}\nFailed, and passed when its file was run again:\n${beginning(error)}`)
for (const { title, error } of counts.flatMap(({ failures }) => failures)) console.log(`\n✖ ${title}\n${beginning(error)}`)
const failed = sum('failed') + checks.filter((ok) => !ok).length
console.log(`${sum('passed') + checks.filter(Boolean).length} passed, ${failed} failed, ${sum('skipped')} skipped`)
process.exitCode = failed === 0 ? 0 : 1

function wanted({ name }) {
  const asked = process.argv.slice(2)
  return asked.length === 0 || asked.includes(name)
}

async function check(name, command) {
  const { status, output } = await runPrinting('npx', command, { shell: process.platform === 'win32' })
  process.stdout.write(`\n— ${name}\n${output}`)
  return status === 0
}

function vscodeMissing() {
  if (!findChromium()) return 'no Chromium (on Debian: apt-get install chromium-headless-shell)'
  if (!vscodeServerReady()) return 'no VS Code server (npm run setup:vscode installs one)'
  return undefined
}

/** Made before its files run, which would else make it side by side. */
async function packagedHere() {
  const [vsix] = await packageFor([targetHere])
  return { ROLLOUT_LAB_VSIX: vsix }
}

/** One after the other; each section's output is printed whole when it is done, so that two rows never mix their lines. */
async function runRow(row) {
  const results = []
  for (const section of row.filter(wanted)) {
    console.log(`Running ${section.name} …`)
    const { output, ...result } = await runSection(section, { ...process.env, ...(python ? { ROLLOUT_LAB_PYTHON: python } : {}) })
    process.stdout.write(`\n— ${section.name}\n${output}`)
    results.push(result)
  }
  return results
}
