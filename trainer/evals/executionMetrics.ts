import type { ExecutionRecord } from '../protocol/execution.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { countBy } from './grouping.ts'
import { meanOf, shareOf } from './means.ts'

/** What the executions of a step's rollouts show, by the names of METRIC_DEFINITIONS; empty where nothing was executed. */
export function executionMetrics(rollouts: readonly Rollout[]): Record<string, number> {
  const executed = rollouts.filter(({ executions }) => executions && executions.length > 0)
  const executions = executed.flatMap((rollout) => rollout.executions ?? [])
  if (executions.length === 0) return {}
  const run = executions.filter(({ failure }) => failure === null)
  return {
    'executions/total': executions.length,
    'executions/failed': shareOf(executions, ({ failure }) => failure !== null),
    'executions/retries': executions.reduce((sum, { retries }) => sum + retries, 0),
    'executions/seconds': meanOf(run.map(({ seconds }) => seconds)),
    'executions/queueSeconds': meanOf(executions.map(({ queueSeconds }) => queueSeconds)),
    ...testMetrics(executions),
    ...tamperMetrics(executed)
  }
}

function testMetrics(executions: readonly ExecutionRecord[]): Record<string, number> {
  const tests = executions.flatMap((execution) => execution.tests)
  const judged = tests.filter(({ verdict }) => verdict !== null)
  const reasons = judged.flatMap(({ verdict }) => (verdict === null || verdict === 'pass' ? [] : [verdict]))
  return {
    'tests/passed': shareOf(judged, ({ verdict }) => verdict === 'pass'),
    'tests/notJudged': shareOf(tests, ({ verdict }) => verdict === null),
    ...named('tests/failed', countBy(reasons, (reason) => reason))
  }
}

/** Each rollout counts once for a kind, however often it was seen. */
function tamperMetrics(rollouts: readonly Rollout[]): Record<string, number> {
  const kinds = rollouts.map(({ executions }) => new Set((executions ?? []).flatMap(({ signals }) => signals.map(({ kind }) => kind))))
  return {
    'tamper/rollouts': shareOf(kinds, (seen) => seen.size > 0),
    ...named('tamper/kind', countBy(kinds.flatMap((seen) => [...seen]), (kind) => kind))
  }
}

/** What was run in a time. */
export interface Executed {
  readonly executions: number
  /** Wall seconds in which at least one of them was going on. */
  readonly busySeconds: number
}

/** Speed of the executions and their part in the step's time; empty where all that the step shows was executed before. */
export function executionSpeed(executed: Executed | undefined, stepSeconds: number): Record<string, number> {
  if (!executed || executed.executions === 0) return {}
  const { executions, busySeconds } = executed
  return { 'executions/perSecond': executions / busySeconds, 'executions/timeShare': busySeconds / stepSeconds }
}

const named = (family: string, counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].map(([name, count]) => [`${family}/${name}`, count]))
