import { availableParallelism } from 'node:os'
import { RescoreTally } from '../../evals/rescoreChanges.ts'
import type { RescoreChanges } from '../../evals/rescoreChanges.ts'
import { LabError } from '../../errors.ts'
import type { ResolvedRun } from '../../protocol/runFile.ts'
import type { PartScore, RewardFunction, RewardInput } from '../../rewards/reward.ts'
import { scoreRollout } from '../../rewards/scoreRollout.ts'
import type { RescoreWriter } from '../../stores/rescoreStore.ts'
import { countTrainingRollouts } from '../../stores/rolloutCount.ts'
import { readScoredRollouts } from '../../stores/scoredRollouts.ts'
import type { ScoredRollout } from '../../stores/scoredRollouts.ts'
import { recordedInput } from './recordedInput.ts'
import type { RecordedProblems } from './recordedProblems.ts'
import { replacedPart, replacedTotal } from './replacedPart.ts'

export interface Rescoring {
  readonly directory: string
  readonly run: ResolvedRun
  readonly reward: RewardFunction
  /** The recorded part that people want replaced. */
  readonly part?: string | undefined
  readonly problems: RecordedProblems
  /** Called once, when it is known what is replaced. */
  readonly openWriter: (replaces: string | null) => RescoreWriter
  readonly deadlineSeconds: number
  readonly signal: AbortSignal
  /** Rollouts done so far, of about so many. */
  readonly progress: (done: number, of: number) => void
}

/** Rollouts scored at a time; as many again are read meanwhile. */
const PAGE = 4096
/** Each lane is a worker of the sandbox. */
const LANES = Math.max(1, Math.min(4, availableParallelism()))

export interface RescoredRun {
  readonly changes: RescoreChanges
  /** The recorded part that the reward stood for; null = the whole. */
  readonly replaces: string | null
  /** Path of the file that holds the scores. */
  readonly scores: string
}

/** Where the scores of a re-score go. */
interface Sink {
  readonly replaces: string | null
  readonly writer: RescoreWriter
  readonly tally: RescoreTally
}

/**
 * Scores the training rollouts of a run again; what the run recorded stays as it is, and what was written is taken back where this
 * ends early. Rejects with the reason where the signal is aborted. @throws LabError `usage/no-rollouts`, `usage/option`
 */
export async function rescoreRun(rescoring: Rescoring): Promise<RescoredRun> {
  const { directory } = rescoring
  const scoring = new Scoring(rescoring, await countTrainingRollouts(directory))
  try {
    await readScoredRollouts(directory, undefined, (rollout) => (wasRewarded(rollout) ? scoring.take(rollout) : undefined))
    return await scoring.finish()
  } catch (error) {
    await scoring.abandon()
    throw error
  }
}

/** Scores page after page: one is scored while the next is read. */
class Scoring {
  readonly #rescoring: Rescoring
  readonly #expected: number
  #sink: Sink | undefined
  #page: ScoredRollout[] = []
  #scored: Promise<void> = Promise.resolve()
  #done = 0

  /** @param expected rollouts, about. */
  constructor(rescoring: Rescoring, expected: number) {
    this.#rescoring = rescoring
    this.#expected = expected
    // A page takes long where the reward is slow.
    rescoring.progress(0, expected)
  }

  /** Where it gives a promise, reading waits. */
  take(rollout: ScoredRollout): Promise<void> | undefined {
    this.#page.push(rollout)
    return this.#page.length < PAGE ? undefined : this.#turnPage()
  }

  async finish(): Promise<RescoredRun> {
    await this.#turnPage()
    await this.#scored
    const { directory } = this.#rescoring
    if (!this.#sink) throw new LabError('usage', 'usage/no-rollouts', 'The run has no rollouts that were rewarded.', { place: directory, remedy: 'Name a run that has made a step.' })
    const { tally, replaces, writer } = this.#sink
    return { changes: tally.changes(), replaces, scores: writer.finish() }
  }

  /** Takes back what was written, once nothing more is. */
  async abandon(): Promise<void> {
    await this.#scored.catch(() => undefined)
    this.#sink?.writer.discard()
  }

  async #turnPage(): Promise<void> {
    const page = this.#page
    this.#page = []
    await this.#scored
    this.#scored = this.#score(page)
    // It is waited for with the next page: until then nobody hears it reject.
    this.#scored.catch(() => undefined)
  }

  async #score(rollouts: readonly ScoredRollout[]): Promise<void> {
    const { signal, progress } = this.#rescoring
    signal.throwIfAborted()
    if (rollouts.length === 0) return
    const sink = (this.#sink ??= openSink(this.#rescoring, rollouts))
    await inLanes(rollouts, (lane) => rescoreSome(this.#rescoring, lane, sink))
    this.#done += rollouts.length
    progress(this.#done, Math.max(this.#done, this.#expected))
  }
}

function openSink({ reward, part, openWriter }: Rescoring, rollouts: readonly ScoredRollout[]): Sink {
  const recorded = new Set(rollouts.flatMap((rollout) => rollout.reward.parts.map(({ name }) => name)))
  const replaces = replacedPart(recorded, reward.name, part)
  return { replaces, writer: openWriter(replaces), tally: new RescoreTally() }
}

/** Evaluations are graded, not rewarded; what was cancelled or done again counts for nothing. */
const wasRewarded = ({ kind, superseded, stopReason }: ScoredRollout): boolean => kind === 'train' && !superseded && stopReason !== 'cancelled' && stopReason !== 'error'

/** Ends when every lane has, so that nothing is recorded after one has failed. */
async function inLanes<T>(items: readonly T[], work: (items: readonly T[]) => Promise<void>): Promise<void> {
  const size = Math.ceil(items.length / LANES)
  const lanes = Array.from({ length: LANES }, (_, lane) => items.slice(lane * size, (lane + 1) * size)).filter((lane) => lane.length > 0)
  const failed = (await Promise.allSettled(lanes.map(work))).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

async function rescoreSome({ run, problems, reward, deadlineSeconds, signal }: Rescoring, rollouts: readonly ScoredRollout[], sink: Sink): Promise<void> {
  const gradable = rollouts.filter(({ correct }) => correct !== null)
  const inputs = gradable.map((rollout) => recordedInput(rollout, run, problems.of(rollout)))
  const scores = await scoresOf(reward, inputs, deadlineSeconds, signal)
  gradable.forEach((rollout, i) => record(rollout, scores[i]!, sink))
  for (const rollout of rollouts) if (rollout.correct === null) record(rollout, { score: null, why: 'the completion could not be graded' }, sink)
}

/** A reward that takes many at once is asked so; failures of one are its null. */
async function scoresOf(reward: RewardFunction, inputs: readonly RewardInput[], deadlineSeconds: number, signal: AbortSignal): Promise<readonly PartScore[]> {
  if (reward.scoreMany) return (await reward.scoreMany(inputs, signal)).map((answer) => (answer instanceof Error ? { score: null, why: answer.message } : answer))
  const scored: PartScore[] = []
  for (const input of inputs) {
    const { reward: { parts: [part] } } = await scoreRollout([{ reward, weight: 1 }], input, { deadlineSeconds, signal })
    signal.throwIfAborted()
    scored.push({ score: part!.score, why: part!.why })
  }
  return scored
}

function record(rollout: ScoredRollout, { score, why }: PartScore, { replaces, writer, tally }: Sink): void {
  const { id, step, group, reward } = rollout
  const total = replacedTotal(reward, replaces, score)
  const before = replaces === null ? reward.total : (reward.parts.find((part) => part.name === replaces)?.score ?? null)
  writer.add({ rollout: id, score, why, total })
  tally.add({ id, step, group, before, after: score, totalBefore: reward.total, totalAfter: total, why })
}
