import { LabError } from '../../errors.ts'
import type { Limits, TamperSignal, TestRun, TestVerdict, WorkspaceTask } from '../../protocol/execution.ts'
import type { WorkspaceOutcome } from '../../sandbox/executor.ts'
import { cutText } from '../../sandbox/verdicts/cutText.ts'
import type { TestReport, TestResult } from '../runners/testRunner.ts'
import { endingOf } from './runAttempt.ts'
import type { AttemptOutcome } from './runAttempt.ts'

const OUTPUT_CHARACTERS = 8000

/** The required tests of a task: those that have to pass where they failed before, then those that passed already. */
const requiredTests = ({ failToPass, passToPass }: WorkspaceTask): { name: string; visible: boolean }[] => [
  ...failToPass.map((name) => ({ name, visible: true })),
  ...passToPass.map((name) => ({ name, visible: false }))
]

/** The verdicts of an attempt. Throws `sandbox/infrastructure` where the test run broke down by itself, which no candidate can bring about. */
export function judgeAttempt(task: WorkspaceTask, attempt: AttemptOutcome): WorkspaceOutcome {
  const { tests, candidate } = attempt
  if (brokeDown(attempt)) throw breakdown(task, tests)
  const runs = requiredTests(task).map(({ name, visible }) => testRun(name, visible, attempt))
  const first = Math.max(0, runs.findIndex(({ verdict }) => verdict !== 'pass'))
  return {
    tests: runs.map((run, at) => (at === first && run.output === '' ? { ...run, ...outputOf(attempt) } : run)),
    signals: signalsOf(task, attempt),
    limitsHit: [...new Set([...tests.limitsHit, ...(candidate?.limitsHit ?? [])])] as (keyof Limits)[],
    seconds: tests.seconds
  }
}

/** Whether something was given that the boundary does not let in. */
export const wasRefused = ({ boundary }: TestReport): boolean => boundary?.includes('where the original gives data') ?? false

/** Ended without having reached the candidate, or killed by nobody of ours. */
function brokeDown({ report, tests, candidate }: AttemptOutcome): boolean {
  if (candidate !== null || report.boundary !== null || report.finished) return false
  return tests.ended === 'killed' || (tests.ended === 'exit' && !report.connected && report.results.length === 0)
}

function breakdown({ runner }: WorkspaceTask, { code, stderr, stdout }: AttemptOutcome['tests']): LabError {
  const ended = code === null ? 'a kill' : `code ${code}`
  const said = (stderr || stdout).trim().slice(-500) || 'it said nothing'
  return new LabError('sandbox', 'sandbox/infrastructure', `The test runner ${runner.name} ended with ${ended} and told of no test: ${said}.`, {
    remedy: 'Run the project’s tests by hand; check that its dependencies are installed.'
  })
}

/** The verdicts of a change that may not be tried. */
export function refuseChange(task: WorkspaceTask, why: string): WorkspaceOutcome {
  const tests = requiredTests(task).map(({ name, visible }) => run(name, visible, 'forbidden', why, 0))
  return { tests, signals: [{ kind: 'protectedFile', why }], limitsHit: [], seconds: 0 }
}

function testRun(name: string, visible: boolean, attempt: AttemptOutcome): TestRun {
  const results = attempt.report.results.filter((result) => result.name === name)
  const worst = results.find(({ status }) => status === 'failed') ?? results.find(({ status }) => status === 'skipped') ?? results[0]
  if (worst === undefined) {
    const { verdict, why } = missing(name, attempt)
    return run(name, visible, verdict, why, 0)
  }
  return { ...judged(name, visible, worst), ...outputOfTest(worst) }
}

function judged(name: string, visible: boolean, result: TestResult): TestRun {
  const { status, seconds, failure } = result
  if (status === 'passed') return run(name, visible, 'pass', 'The test passes.', seconds)
  if (status === 'skipped') return run(name, visible, 'noResult', 'The test was skipped.', seconds)
  return {
    ...run(name, visible, verdictOf(result), failure?.message.split('\n', 1)[0] || 'The test fails.', seconds),
    ...(failure?.expected === undefined ? {} : { expected: failure.expected }),
    ...(failure?.got === undefined ? {} : { got: failure.got })
  }
}

const verdictOf = ({ failure }: TestResult): TestVerdict =>
  failure?.kind === 'assertion' ? 'wrongValue' : failure?.kind === 'timeout' ? 'timeout' : 'exception'

/** Of a test that told no result. The one that was running bears the reason; those after it were never reached. */
function missing(name: string, { report, tests, candidate }: AttemptOutcome): Reason {
  const running = report.began.length === 0 || report.began.includes(name)
  const because = reasonOf(report.boundary, tests, candidate)
  if (!running && because.verdict !== 'exception') return { verdict: 'noResult', why: `The test was not reached. ${because.why}` }
  return because
}

interface Reason {
  readonly verdict: TestVerdict
  readonly why: string
}

function reasonOf(boundary: string | null, { ended }: AttemptOutcome['tests'], candidate: AttemptOutcome['candidate']): Reason {
  if (candidate !== null && candidate.ended !== 'exit' && candidate.ended !== 'killed') return { verdict: candidate.ended, why: endingOf(candidate) }
  if (candidate !== null) return { verdict: 'noResult', why: endingOf(candidate) }
  if (boundary !== null) return { verdict: 'exception', why: boundary }
  if (ended === 'exit') return { verdict: 'exception', why: 'The test could not be loaded.' }
  return { verdict: ended === 'killed' ? 'noResult' : ended, why: ended === 'timeout' ? 'The tests ran out of time.' : `The test run ended early: ${ended}.` }
}

const run = (name: string, visible: boolean, verdict: TestVerdict, why: string, seconds: number): TestRun =>
  ({ name, visible, fresh: false, verdict, why: why.slice(0, 1000), output: '', outputCut: false, seconds })

function signalsOf(task: WorkspaceTask, { report, candidate }: AttemptOutcome): TamperSignal[] {
  const required = new Set([...task.failToPass, ...task.passToPass])
  const results = report.results.filter(({ name }) => required.has(name))
  const [skipped, ...others] = results.filter(({ status }) => status === 'skipped')
  const twice = results.find(({ name }, at) => results.slice(0, at).some((before) => before.name === name && before.status === 'passed'))
  const signals: TamperSignal[] = []
  if (candidate?.ended === 'exit') signals.push({ kind: 'earlyExit', why: endingOf(candidate) })
  if (skipped) signals.push({ kind: 'testsSkipped', why: `${others.length + 1} required tests were skipped, ${JSON.stringify(skipped.name)} the first.` })
  if (report.boundary !== null && wasRefused(report)) signals.push({ kind: 'forgedResult', why: report.boundary })
  if (twice) signals.push({ kind: 'forgedResult', why: `${JSON.stringify(twice.name)} told two results.` })
  return signals
}

function outputOfTest({ output = '' }: TestResult): Pick<TestRun, 'output' | 'outputCut'> {
  const { text, cut } = cutText(output, OUTPUT_CHARACTERS)
  return { output: text, outputCut: cut }
}

/** What the tests and the candidate wrote in all, cut, where the runner does not tell it apart by test. */
function outputOf({ report, tests, candidate }: AttemptOutcome): Pick<TestRun, 'output' | 'outputCut'> {
  const text = [report.printed, tests.stdout, tests.stderr, candidate?.stdout ?? '', candidate?.stderr ?? ''].filter((part) => part.trim() !== '').join('\n')
  const { text: output, cut } = cutText(text, OUTPUT_CHARACTERS)
  return { output, outputCut: cut || tests.outputCut || (candidate?.outputCut ?? false) }
}
