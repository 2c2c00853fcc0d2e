import type { TamperSignal, WorkspaceTask } from '../../protocol/execution.ts'
import type { WorkspaceOutcome } from '../../sandbox/executor.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Grant } from './commands.ts'
import { judgeAttempt } from './judgeAttempt.ts'
import type { OriginalNeeds, RunsAttempts } from './originalNeeds.ts'

/**
 * The verdicts of an attempt. One that passes by what the original does not need, such as changing the tests' own values under their
 * hands, is run again without that, and a test passes that passes both times: with it, since a test may well look at whether its values
 * were left alone, and without, since what it expects may be made of them.
 */
export async function testAttempt(
  task: WorkspaceTask, sandbox: Sandbox, attempt: RunsAttempts, originals: OriginalNeeds, signal?: AbortSignal
): Promise<WorkspaceOutcome> {
  const { report, ...ends } = await attempt(task, sandbox, { signal })
  const outcome = judgeAttempt(task, { report, ...ends })
  if (report.needs.length === 0 || outcome.tests.every(({ verdict }) => verdict !== 'pass')) return outcome
  const grant = await originals.grantOf(task, sandbox, signal)
  const excess = report.needs.filter((need) => !isGranted(grant, need))
  if (excess.length === 0) return outcome
  const second = judgeAttempt(task, await attempt(task, sandbox, { signal, grant }))
  return stricter(outcome, second, grant, excess)
}

/** Of an original that solves nothing it is not known what a solution gives. */
const isGranted = ({ needs, solved }: Grant, need: string): boolean => needs.includes(need) || (!solved && /^(function|object) /.test(need))

function stricter(first: WorkspaceOutcome, second: WorkspaceOutcome, { solved }: Grant, excess: readonly string[]): WorkspaceOutcome {
  const tests = first.tests.map((test, at) => (test.verdict === 'pass' ? second.tests[at]! : test))
  const depends = solved && tests.some(({ verdict }, at) => first.tests[at]!.verdict === 'pass' && verdict !== 'pass')
  const why = `Tests pass only where the attempt does what the original does not: ${excess.join(', ')}.`.slice(0, 1000)
  const forged: TamperSignal[] = depends ? [{ kind: 'forgedResult', why }] : []
  return {
    tests,
    signals: [...first.signals, ...second.signals, ...forged],
    limitsHit: [...new Set([...first.limitsHit, ...second.limitsHit])],
    seconds: first.seconds + second.seconds
  }
}
