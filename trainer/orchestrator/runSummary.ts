import { LabError } from '../errors.ts'
import { gainInPassAt1 } from '../evals/evaluateRollouts.ts'
import type { EvaluationResult, Summary } from '../protocol/summary.ts'
import { endsAsScorer } from './runPlan.ts'
import type { RunEvaluations } from './runStages.ts'
import type { RunContext, Session } from './session.ts'
import { noTotals } from './runTotals.ts'

/** What the run showed, in the words of protocol/summary.ts. */
export function summarise(context: RunContext, session: Session | undefined, evaluations: RunEvaluations, state: Summary['state']): Summary {
  const { parts, plan, journal } = context
  const totals = session?.totals ?? noTotals()
  const peakMemoryBytes = parts.peakMemoryBytes?.()
  const per = (count: number, seconds: number): number => (seconds > 0 ? count / seconds : 0)
  return {
    version: 1,
    runId: parts.directory.record.runId,
    name: plan.run.name,
    state,
    heldOut: endsOf(evaluations, plan.heldOut.name),
    ...gainOf(context, evaluations),
    retention: Object.fromEntries(plan.retention.map(({ name }) => [name, endsOf(evaluations, name)])),
    throughput: {
      rolloutsPerSecond: per(totals.rollouts, totals.stepSeconds),
      sampledTokensPerSecond: per(totals.sampledTokens, totals.sampleSeconds),
      trainedTokensPerSecond: per(totals.trainedTokens, totals.updateSeconds)
    },
    cost: {
      wallSeconds: journal.seconds(),
      sampledTokens: totals.sampledTokens,
      trainedTokens: totals.trainedTokens,
      rollouts: totals.rollouts,
      rewardSeconds: totals.rewardSeconds,
      ...(peakMemoryBytes !== undefined && { peakMemoryBytes })
    },
    versions: { ...parts.versions, ...session?.engineInfo.versions }
  }
}

function endsOf(evaluations: RunEvaluations, name: string): { before?: EvaluationResult; after?: EvaluationResult } {
  const before = evaluations.before.get(name)?.result
  const after = evaluations.after.get(name)?.result
  return { ...(before && { before }), ...(after && { after }) }
}

/** No problem may be scorable before and after: a grader that fails does not make a run fail that is done. */
function gainOf({ plan, journal }: RunContext, { before, after }: RunEvaluations): Pick<Summary, 'gain'> {
  const samplesBefore = before.get(plan.heldOut.name)?.samples
  const samplesAfter = after.get(plan.heldOut.name)?.samples
  if (!samplesBefore || !samplesAfter || endsAsScorer(plan.stages)) return {}
  try {
    return { gain: gainInPassAt1(samplesBefore, samplesAfter, plan.run.seed) }
  } catch (error) {
    if (!LabError.is(error, 'evaluation/nothing-scorable')) throw error
    journal.event({ type: 'warning', step: plan.steps, code: error.code, message: `There is no gain: ${error.message}` })
    return {}
  }
}
