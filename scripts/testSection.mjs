// One section of the tests: a process of its own, its output, its counts and what failed.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runPrinting } from './printedRun.mjs'

/**
 * A section that cannot run counts as one skipped test. With `jobs` above 1, that many of its files run side by side; `prepare` makes
 * what they share and answers with variables that name it. With `again`, files in which something failed are run once more by
 * themselves, and what they show then counts: under load a window of VS Code loses a key now and then, and a process misses its turn.
 * What needed it is told with its error: it may be a race of ours.
 */
export async function runSection({ name, files = [], runner, needs, prepare, jobs = 1, again = false }, environment) {
  const missing = needs?.()
  if (missing) return { ...summary({ files: {}, failures: [] }), skipped: 1, output: `Skipped: ${missing}.\n` }
  const made = await Promise.resolve(prepare?.()).catch((error) => ({ problem: error }))
  if (made?.problem) return { ...summary(failure(name, String(made.problem.stack ?? made.problem))), output: '' }
  const env = { ...environment, ...made }
  const first = await runProcess(name, (report) => (runner ? [runner, report] : mochaArguments(report, files, jobs)), env)
  const broken = [...new Set(first.report.failures.map(({ file }) => file).filter((file) => file && existsSync(file)))]
  if (!again || broken.length === 0) return { ...summary(first.report), output: first.output }
  const second = await runProcess(name, (report) => mochaArguments(report, broken, 1), env)
  const stillFailing = new Set(second.report.failures.map(({ title }) => title))
  const report = { files: { ...first.report.files, ...second.report.files }, failures: second.report.failures }
  const unsteady = first.report.failures.filter(({ title }) => !stillFailing.has(title))
  return { ...summary(report), unsteady, output: `${first.output}\n— ${name}, files in which something failed, again\n${second.output}` }
}

const failure = (title, error) => ({ files: { '': { passed: 0, failed: 1, skipped: 0 } }, failures: [{ file: '', title, error }] })
const total = (files, key) => Object.values(files).reduce((sum, count) => sum + count[key], 0)
const summary = ({ files, failures }) =>
  ({ passed: total(files, 'passed'), failed: total(files, 'failed'), skipped: total(files, 'skipped'), failures, unsteady: [] })

function mochaArguments(report, files, jobs) {
  const sideBySide = jobs > 1 ? ['--parallel', '--jobs', String(jobs)] : []
  return ['node_modules/mocha/bin/mocha.js', ...sideBySide, '--reporter', 'scripts/mochaReporter.cjs', '--reporter-option', `output=${report}`, ...files]
}

async function runProcess(name, command, env) {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-lab-test-'))
  const file = join(folder, 'report.json')
  const { status, signal, output } = await runPrinting(process.execPath, ['--import', 'tsx', ...command(file)], { env })
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { files: {}, failures: [] }
  rmSync(folder, { recursive: true, force: true })
  const problem = problemOf(report, status, signal)
  if (!problem) return { report, output }
  const { files, failures } = failure(name, problem)
  return { report: { files: { ...report.files, ...files }, failures: [...report.failures, ...failures] }, output }
}

/** What no test counted: a runner that died after its last test, or one that ran none. */
function problemOf({ files, failures }, status, signal) {
  if (failures.length > 0) return undefined
  if (status !== 0) return `The runner ended with ${signal ?? `exit status ${status}`} although no test failed.`
  return Object.keys(files).length === 0 ? 'The runner ran no test.' : undefined
}
