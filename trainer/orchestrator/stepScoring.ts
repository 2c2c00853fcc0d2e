import { LabError } from '../errors.ts'
import type { SampledCompletion } from '../engines/engine.ts'
import type { Verdict } from '../environments/environment.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { gradeCompletion, notScorable, scoreGraded } from './grading.ts'
import type { Graded, ScoringOptions } from './grading.ts'
import type { StepRecorder } from './liveNotices.ts'
import { rolloutRow } from './rolloutSlot.ts'
import type { BatchIdentity, Findings, RolloutSlot } from './rolloutSlot.ts'
import { shuffledPlaces } from './shuffledControl.ts'
import type { Clock } from './trainerParts.ts'

export interface StepScoringParts extends ScoringOptions {
  readonly open: StepRecorder
  readonly batch: BatchIdentity
  readonly groups: readonly (readonly RolloutSlot[])[]
  readonly seed: number
  readonly clock: Clock
}

/** Scores a step's rollouts while sampling goes on and records each as soon as it is scored. */
export interface StepScoring {
  /** Takes a completion; never throws (failures come out of `rows`). Taking one twice does nothing. */
  take(completion: SampledCompletion): void
  /** All rows in the order of groups and samples, once scored and recorded. */
  rows(): Promise<Rollout[][]>
}

interface Taken {
  readonly completion: SampledCompletion
  readonly graded: Graded
  readonly sampledAt: Date
}

export function startStepScoring(parts: StepScoringParts): StepScoring {
  const taken = parts.groups.map((group) => group.map((): Taken | undefined => undefined))
  const pending = new Map<string, Promise<Rollout>>()
  const waits = parts.rewards.some(({ reward }) => reward.name === 'shuffled')
  const keyOf = (group: number, sample: number): string => `${group} ${sample}`

  const start = (group: number, sample: number, other?: Verdict): void => {
    const row = scoreOne(parts, parts.groups[group]![sample]!, taken[group]![sample]!, other)
    row.catch(() => undefined)
    pending.set(keyOf(group, sample), row)
  }
  return {
    take: (completion) => {
      const { promptIndex, sampleIndex } = completion
      if (taken[promptIndex]?.[sampleIndex]) return
      const slot = parts.groups[promptIndex]?.[sampleIndex]
      if (!slot) return
      taken[promptIndex]![sampleIndex] = { completion, graded: gradeUnlessCancelled(slot, completion), sampledAt: parts.clock.now() }
      if (!waits) start(promptIndex, sampleIndex)
    },
    rows: async () => {
      requireAll(taken)
      if (waits) startShuffled(parts, taken, start)
      return Promise.all(parts.groups.map((group, g) => Promise.all(group.map((_, s) => pending.get(keyOf(g, s))!))))
    }
  }
}

function startShuffled(
  parts: StepScoringParts, taken: readonly (readonly (Taken | undefined)[])[], start: (group: number, sample: number, other?: Verdict) => void
): void {
  const places = shuffledPlaces(parts.groups.map((group) => group.length), parts.seed, parts.batch.step)
  places.forEach((group, g) => group.forEach((from, s) => start(g, s, taken[from.group]![from.sample]!.graded.found?.verdict)))
}

const gradeUnlessCancelled = (slot: RolloutSlot, completion: SampledCompletion): Graded =>
  completion.stopReason === 'cancelled' || completion.stopReason === 'error' ? { found: null, errors: [] } : gradeCompletion(slot, completion.text)

/** A reward recorded for the same tokens by an earlier attempt holds: it is never computed again. */
async function scoreOne(parts: StepScoringParts, slot: RolloutSlot, { completion, graded, sampledAt }: Taken, other?: Verdict): Promise<Rollout> {
  const startedAt = parts.clock.seconds()
  const findings = recordedFindings(parts.open, slot, completion) ?? (await freshFindings(parts, slot, completion, graded, other))
  const rewardSeconds = Math.max(0, parts.clock.seconds() - startedAt)
  const row = rolloutRow(slot, completion, findings, { batch: parts.batch, attempt: parts.open.attempt, sampledAt, rewardSeconds })
  if (!parts.signal.aborted || completion.stopReason === 'cancelled') parts.open.append(row)
  return row
}

async function freshFindings(parts: StepScoringParts, slot: RolloutSlot, completion: SampledCompletion, graded: Graded, other?: Verdict): Promise<Findings> {
  if (completion.stopReason === 'cancelled') return notScorable(parts.rewards, 'sampling was cancelled')
  if (completion.stopReason === 'error') return notScorable(parts.rewards, 'sampling failed', [{ boundary: 'engine', message: 'sampling of this completion failed' }])
  return scoreGraded(slot, completion, graded, parts, { ...(other && { other }), ...(slot.refined && { refined: slot.refined }) })
}

function recordedFindings(open: StepRecorder, slot: RolloutSlot, completion: SampledCompletion): Findings | undefined {
  const recorded = open.recorded({ group: slot.group, sampleIndex: slot.sampleIndex, problemId: slot.problem.id, tokens: [completion.tokens, ...(slot.further ?? []).map(({ tokens }) => tokens)] })
  const segment = recorded?.segments[0]
  if (!recorded || segment?.stopReason !== completion.stopReason) return undefined
  const { answer, correct, steps, reward, errors } = recorded
  return { answer, correct, steps, reward: { ...reward }, errors, spans: segment.spans }
}

function requireAll(taken: readonly (readonly (Taken | undefined)[])[]): void {
  const missing = taken.flat().filter((item) => item === undefined).length
  if (missing === 0) return
  throw new LabError('engine', 'engine/missing-completions', `The engine returned ${missing} completion(s) too few.`, {
    remedy: 'Resume the run; if this comes again, report it.'
  })
}
