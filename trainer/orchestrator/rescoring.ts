import type { Rollout } from '../protocol/rollout.ts'
import type { StepAggregate } from '../protocol/runFile.ts'
import { throwIfStoppedNow } from './cancellation.ts'
import { evaluationStep, stepBefore } from './evaluationStep.ts'
import { tellingRecorder } from './liveNotices.ts'
import { modelStepScorer } from './modelStepScorer.ts'
import { RERANK_PART, rerankPart } from './rerankScores.ts'
import { groupName, rolloutId } from './rolloutSlot.ts'
import type { Session } from './session.ts'

/**
 * The completions of the evaluation before the last stage once more, with the scores of the model as it is now: the figures then say
 * how well it chooses among samples of the policy that it was made of. Recorded as an evaluation of its own.
 */
export async function rescorePolicy(session: Session): Promise<Rollout[]> {
  const { rollouts } = session.parts.directory
  const batch = { kind: 'evaluation' as const, step: evaluationStep(session) }
  const policy = await policyRows(session, batch.step - session.position.stageStep)
  if (policy.length === 0) return []
  const open = rollouts.openStep(batch)
  let sealed = false
  try {
    const recorder = tellingRecorder(session, open)
    const rows: Rollout[] = []
    for (const row of policy) {
      const again = { ...(await rescored(session, row)), ...placeOf(row, { ...batch, attempt: open.attempt }) }
      recorder.append(again)
      rows.push(again)
    }
    throwIfStoppedNow(session.control)
    open.seal(rows)
    sealed = true
    session.sealed.rollouts += rows.length
    return rows
  } finally {
    if (!sealed) open.close()
  }
}

/** Those of the evaluation that the stage began with; of the one before training where there is none, as in runs of an earlier version. */
async function policyRows({ plan, parts: { directory: { rollouts } } }: Session, step: number): Promise<Rollout[]> {
  const rows = (await rollouts.readStep({ kind: 'evaluation', step })) ?? (await rollouts.readStep({ kind: 'evaluation', step: stepBefore(plan) })) ?? []
  return rows.filter(({ superseded }) => !superseded)
}

function placeOf(row: Rollout, { kind, step, attempt }: { kind: 'evaluation'; step: number; attempt: number }): Pick<Rollout, 'id' | 'group' | 'step' | 'attempt' | 'tags'> {
  const group = groupName({ kind, step }, Number(row.group.slice(row.group.indexOf('-') + 1)))
  const batch = { kind, step, stage: row.stage, policyVersion: row.policyVersion }
  return { id: rolloutId(batch, attempt, { group, sampleIndex: row.sampleIndex }), group, step, attempt, tags: { ...row.tags, when: 'after' } }
}

/** Only what the figures rest on is scored: sampled completions of the run's own held-out problems. */
async function rescored(session: Session, row: Rollout): Promise<Rollout> {
  const { plan, engine, model } = session
  if (row.tags['set'] !== plan.heldOut.name || row.tags['decoding'] !== 'sampled') return row
  throwIfStoppedNow(session.control)
  const segment = row.segments[0]!
  const { text, messages } = segment.samplePrompt
  const aggregate: StepAggregate = plan.run.evaluation.rerank?.aggregate ?? 'min'
  const part = await rerankPart({ prompt: text, ...(messages && { messages }) }, segment.text, segment.spans, modelStepScorer(engine, model), aggregate)
  return { ...row, reward: { ...row.reward, parts: [...row.reward.parts.filter(({ name }) => name !== RERANK_PART), part] } }
}
