import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { agreementMeasures } from '../../evals/agreement/agreementMeasures.ts'
import type { Label } from '../../protocol/label.ts'
import type { AgreementMeasure, LabelState } from '../../protocol/labelViews.ts'
import type { QueryRequest } from '../../protocol/queries.ts'
import { throwIfCancelled } from '../queryError.ts'
import type { Handlers } from '../queryHandlers.ts'
import type { QueryState } from '../queryState.ts'
import { knownTruths } from './knownTruths.ts'
import { labelPairs } from './labelPairs.ts'
import { labelPreview } from './labelPreview.ts'
import { labelProgress } from './labelProgress.ts'
import { labelQueue, populationSize } from './labelQueue.ts'
import { livingRun } from './livingRun.ts'
import { stateOf } from './labelState.ts'
import { withOrphans } from './orphans.ts'
import type { RunLabels } from './runLabels.ts'

type LabelRequest = Extract<QueryRequest, `labels/${string}`>

/** Answers to what is asked of labels. */
export function labelHandlers(state: QueryState, followed: () => void): Pick<Handlers, LabelRequest> {
  const { db, labels: index } = state
  const of = (run: string): RunLabels => {
    const { labels } = index.of(run)
    followed()
    return labels
  }
  return {
    'labels/folder': async ({ run, folder }) => {
      await index.told(run, folder)
      followed()
      return null
    },
    'labels/of': ({ run, id }, signal) => withOrphans(state, run, of(run).of(id), signal),
    'labels/states': ({ run, ids }) => {
      const labels = of(run)
      return ids.map((id) => listed(labels, id))
    },
    'labels/page': async ({ run, kinds, offset, limit }, signal) => {
      const labels = of(run)
      const found = (await labels.all()).filter((label) => (kinds === undefined ? hasText(label) : kinds.includes(label.opinion.kind))).sort(newestFirst)
      return { count: found.length, labels: await withOrphans(state, run, found.slice(offset, offset + limit), signal), faults: labels.faults.slice(0, MOST_FAULTS) }
    },
    'labels/orphans': async ({ run, offset, limit }, signal) => {
      const orphans = (await withOrphans(state, run, await of(run).all(), signal)).filter(({ orphaned }) => orphaned !== undefined).sort(newestFirst)
      return { count: orphans.length, labels: orphans.slice(offset, offset + limit) }
    },
    'labels/queue': async ({ run, pairs, ...request }, signal) => {
      of(run)
      const [loaded, indexed] = [await state.wholeRun(run, signal), await index.withTables(run)]
      return pairs ? labelPairs(db, loaded, indexed, request, signal) : labelQueue(db, loaded, indexed, request, signal)
    },
    'labels/progress': async ({ run, labeler }, signal) => {
      const labels = of(run)
      const truths = await knownTruths(state, labels, signal)
      const living = await livingRun(state, run, signal)
      return labelProgress(await labels.all(), labeler, living === undefined ? 0 : await populationSize(db, living, signal), (id) => truths.get(id), new Date())
    },
    'labels/agreement': async ({ run }, signal) => agreementOf(state, of(run), signal),
    'labels/disagreements': async ({ run, offset, limit }) => {
      const found = await of(run).disagreements()
      return { count: found.length, rows: found.slice(offset, offset + limit).map(({ at: _, ...row }) => row) }
    },
    'labels/preview': ({ run, ...options }, signal) => labelPreview(state, of(run), options, signal)
  }
}

/** An answer holds so many faults; files with more are no label files. */
const MOST_FAULTS = 200

const newestFirst = (a: Label, b: Label): number => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.id < b.id ? 1 : -1)

/** Texts that people wrote, on a trace or on what another wrote. */
function hasText({ opinion, replies }: Label): boolean {
  switch (opinion.kind) {
    case 'critique': case 'note': case 'better': case 'reply': return true
    case 'flag': return opinion.reason !== '' || replies.length > 0
    case 'preference': return opinion.rationale !== '' || replies.length > 0
    default: return replies.length > 0
  }
}

function listed(labels: RunLabels, id: string): LabelState | null {
  const state = stateOf(labels, id)
  const { labels: count, drafts, flagged, disagreeing, completedBy } = state
  return state.labelled || drafts > 0 ? { labels: count, drafts, flagged, disagreeing, completedBy } : null
}

/** Measures that were taken, and of which version of the labels. */
const taken = new WeakMap<RunLabels, { readonly version: number; readonly measures: readonly AgreementMeasure[] }>()

/** The measures one by one: between two of them, others get their turn. */
async function agreementOf(state: QueryState, labels: RunLabels, signal: AbortSignal): Promise<readonly AgreementMeasure[]> {
  const { version } = labels
  const known = taken.get(labels)
  if (known?.version === version) return known.measures
  const truths = await knownTruths(state, labels, signal)
  const measures: AgreementMeasure[] = []
  for (const one of agreementMeasures(await labels.all(), (rollout) => truths.get(rollout))) {
    measures.push(one)
    await yieldToOthers()
    throwIfCancelled(signal)
  }
  taken.set(labels, { version, measures })
  return measures
}
