import { LabError } from '../errors.ts'
import type { SampledCompletion } from '../engines/engine.ts'
import type { Verdict } from '../environments/environment.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { linkedAbort } from './cancellation.ts'
import { gradeCompletion, notScorable, scoreGraded } from './grading.ts'
import type { ExecutingParts, Graded, ScoringOptions } from './grading.ts'
import type { StepRecorder } from './liveNotices.ts'
import { findingsOf, recordedRow } from './recordedRow.ts'
import { executionSeconds, rolloutRow } from './rolloutSlot.ts'
import type { BatchIdentity, Findings, RolloutSlot } from './rolloutSlot.ts'
import { shuffledPlaces } from './shuffledControl.ts'
import type { Clock } from './trainerParts.ts'

export interface StepScoringParts extends ScoringOptions, Pick<ExecutingParts, 'executor'> {
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
  /** Ends what is still executed or scored: nothing more is recorded. */
  cancel(): void
}

interface Taken {
  readonly completion: SampledCompletion
  /** Of an earlier attempt: it holds, nothing of it is computed again. */
  readonly recorded: Rollout | undefined
  readonly graded: Promise<Graded>
  readonly sampledAt: Date
}

export function startStepScoring(parts: StepScoringParts): StepScoring {
  const taken = parts.groups.map((group) => group.map((): Taken | undefined => undefined))
  const pending = new Map<string, Promise<Rollout>>()
  const waits = parts.rewards.some(({ reward }) => reward.name === 'shuffled')
  const going = linkedAbort(parts.signal)
  const live = { ...parts, signal: going.signal }
  const keyOf = (group: number, sample: number): string => `${group} ${sample}`

  const start = (group: number, sample: number, other?: Verdict): void => {
    const row = scoreOne(live, parts.groups[group]![sample]!, taken[group]![sample]!, other)
    row.catch(() => undefined)
    pending.set(keyOf(group, sample), row)
  }
  return {
    take: (completion) => {
      const { promptIndex, sampleIndex } = completion
      if (taken[promptIndex]?.[sampleIndex]) return
      const slot = parts.groups[promptIndex]?.[sampleIndex]
      if (!slot) return
      taken[promptIndex]![sampleIndex] = takenOf(live, slot, completion)
      if (!waits) start(promptIndex, sampleIndex)
    },
    rows: async () => {
      requireAll(taken)
      if (waits) await startShuffled(parts, taken, start)
      const rows = await Promise.all(parts.groups.map((group, g) => Promise.all(group.map((_, s) => pending.get(keyOf(g, s))!))))
      going.release()
      return rows
    },
    cancel: () => {
      going.abort()
      going.release()
    }
  }
}

async function startShuffled(
  parts: StepScoringParts, taken: readonly (readonly (Taken | undefined)[])[], start: (group: number, sample: number, other?: Verdict) => void
): Promise<void> {
  const verdicts = await Promise.all(taken.map((group) => Promise.all(group.map(async (one) => (await one!.graded).found?.verdict))))
  const places = shuffledPlaces(parts.groups.map((group) => group.length), parts.seed, parts.batch.step)
  places.forEach((group, g) => group.forEach((from, s) => start(g, s, verdicts[from.group]![from.sample])))
}

function takenOf(parts: StepScoringParts, slot: RolloutSlot, completion: SampledCompletion): Taken {
  const recorded = recordedRow(parts.open, slot, completion)
  const cut = completion.stopReason === 'cancelled' || completion.stopReason === 'error'
  const graded = cut ? Promise.resolve({ found: null, errors: [] }) : gradeCompletion(slot, completion.text, parts, recorded?.executions ?? slot.executions)
  return { completion, recorded, graded, sampledAt: parts.clock.now() }
}

async function scoreOne(parts: StepScoringParts, slot: RolloutSlot, taken: Taken, other?: Verdict): Promise<Rollout> {
  const { completion, recorded, sampledAt } = taken
  const graded = await taken.graded
  const startedAt = parts.clock.seconds()
  const findings = recorded ? findingsOf(recorded) : await freshFindings(parts, slot, completion, graded, other)
  const rewardSeconds = Math.max(0, parts.clock.seconds() - startedAt) + (recorded ? 0 : executionSeconds(findings))
  const row = rolloutRow(slot, completion, findings, { batch: parts.batch, attempt: parts.open.attempt, sampledAt, rewardSeconds })
  if (!parts.signal.aborted || completion.stopReason === 'cancelled') parts.open.append(row)
  return row
}

async function freshFindings(parts: StepScoringParts, slot: RolloutSlot, completion: SampledCompletion, graded: Graded, other?: Verdict): Promise<Findings> {
  if (completion.stopReason === 'cancelled') return notScorable(parts.rewards, 'sampling was cancelled')
  if (completion.stopReason === 'error') return notScorable(parts.rewards, 'sampling failed', [{ boundary: 'engine', message: 'sampling of this completion failed' }])
  return scoreGraded(slot, completion, graded, parts, { ...(other && { other }), ...(slot.refined && { refined: slot.refined }) })
}

function requireAll(taken: readonly (readonly (Taken | undefined)[])[]): void {
  const missing = taken.flat().filter((item) => item === undefined).length
  if (missing === 0) return
  throw new LabError('engine', 'engine/missing-completions', `The engine returned ${missing} completion(s) too few.`, {
    remedy: 'Resume the run; if this comes again, report it.'
  })
}
