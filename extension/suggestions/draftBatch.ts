import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'
import type { Labels } from '../contracts/labels.ts'
import type { Queries } from '../contracts/queries.ts'
import { draftRecords, isDrafted } from './draftRecords.ts'
import { failureText, SuggestionFailure } from './failures.ts'
import type { Outcome } from './review.ts'
import type { Suggester } from './suggester.ts'

export interface BatchParts {
  readonly queries: Pick<Queries, 'ask'>
  readonly labels: Pick<Labels, 'of' | 'append'>
}

/** Rollouts that a source is to be asked about. */
export interface Batch {
  readonly run: string
  readonly rollouts: readonly Rollout[]
  /** Those that it is not asked about, and why. */
  readonly left: readonly SuggestionFailure[]
}

/** Rollouts of one batch at most. */
export const MOST_ROLLOUTS = 500

/** Reads the rollouts; those that have gone, or drafts of this source that wait for a decision, are left out. */
export async function prepareBatch({ queries, labels }: BatchParts, places: readonly RolloutPlace[], source: Suggester['source']): Promise<Batch> {
  const [first] = places
  if (!first) throw new Error('There is no rollout to draft on.')
  const found: Rollout[] = []
  const left: SuggestionFailure[] = []
  for (const place of places.slice(0, MOST_ROLLOUTS).filter(({ run }) => run === first.run)) {
    const [rollout, said] = await Promise.all([queries.ask('rollouts/one', place), labels.of(place)])
    if (!rollout) left.push(new SuggestionFailure('gone', `${place.id} is not in the run any more.`))
    else if (isDrafted(said, source)) left.push(new SuggestionFailure('alreadyDrafted', `${place.id} has such drafts already.`))
    else found.push(rollout)
  }
  return { run: first.run, rollouts: found, left }
}

export interface BatchResult {
  /** Drafts on the disk. */
  readonly drafts: number
  readonly rollouts: number
  readonly failures: readonly SuggestionFailure[]
}

/** Asks the source; what comes goes to the disk at once, so that giving up loses nothing. Rejects where drafts cannot be written. */
export async function runBatch({ labels }: BatchParts, suggester: Suggester, { run, rollouts, left }: Batch, options: { readonly signal: AbortSignal; readonly done: (finished: number) => void }): Promise<BatchResult> {
  const failures = [...left]
  const written: Promise<number>[] = []
  const stop = new AbortController()
  let finished = 0
  const take = (outcome: Outcome): void => {
    if ('failure' in outcome) failures.push(outcome.failure)
    else written.push(writeDrafts(labels, run, suggester, outcome))
    // What is not written must not be paid for.
    written.at(-1)?.catch(() => stop.abort())
    options.done(++finished)
  }
  await suggester.review(rollouts, take, AbortSignal.any([options.signal, stop.signal]))
  const counts = await Promise.all(written)
  return { drafts: counts.reduce((sum, count) => sum + count, 0), rollouts: counts.length, failures }
}

async function writeDrafts(labels: Pick<Labels, 'append'>, run: string, { source }: Suggester, { rollout, review }: Extract<Outcome, { review: unknown }>): Promise<number> {
  return (await labels.append(run, draftRecords(rollout, review, source))).length
}

/** What came of a batch, in a sentence or two. */
export function resultText({ drafts, rollouts, failures }: BatchResult, title: string): string {
  const came = drafts === 0 ? `No drafts came from ${title}.` : `${counted(drafts, 'draft')} on ${counted(rollouts, 'rollout')} from ${title}.`
  return failures.length === 0 ? came : `${came} ${counted(failures.length, 'rollout')} without: ${failureText(failures)}.`
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
