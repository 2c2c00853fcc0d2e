import type { SampledCompletion } from '../engines/engine.ts'
import type { Rollout } from '../protocol/rollout.ts'
import type { StepRecorder } from './liveNotices.ts'
import type { Findings, RolloutSlot } from './rolloutSlot.ts'

/** The same completion as an earlier attempt at the step recorded it: what was executed and scored for it then holds. */
export function recordedRow(open: StepRecorder, slot: RolloutSlot, completion: SampledCompletion): Rollout | undefined {
  const tokens = [completion.tokens, ...(slot.further ?? []).map((segment) => segment.tokens)]
  const recorded = open.recorded({ group: slot.group, sampleIndex: slot.sampleIndex, problemId: slot.problem.id, tokens })
  return recorded?.segments[0]?.stopReason === completion.stopReason ? recorded : undefined
}

export function findingsOf({ answer, correct, steps, reward, errors, segments, executions }: Rollout): Findings {
  return { answer, correct, steps, reward: { ...reward }, errors, spans: segments[0]!.spans, ...(executions && { executions }) }
}
