import type * as vscode from 'vscode'
import type { LabelQueueKind } from '../../trainer/protocol/labelViews.ts'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'
import type { Labels } from '../contracts/labels.ts'
import type { Queries } from '../contracts/queries.ts'
import { itemAfter } from './queueOrder.ts'
import type { QueueItem } from './queueOrder.ts'
import { isQueueKind } from './queueWords.ts'

const KIND_KEY = 'rolloutLab.labelQueue'
const MOST_ITEMS = 1000

/** Which rollouts a labeler goes through, one run at a time. */
export interface LabelQueue {
  readonly kind: LabelQueueKind
  choose(kind: LabelQueueKind): Promise<void>
  /** The one after (or before) this rollout of the run; undefined where the queue has none. */
  after(run: string, current: string | undefined, direction: 1 | -1): Promise<(RolloutPlace & QueueItem) | undefined>
  /** The labeler is through with it. */
  completed(place: RolloutPlace): void
}

export function createLabelQueue({ queries, labels, memento }: { readonly queries: Pick<Queries, 'ask'>; readonly labels: Pick<Labels, 'labeler' | 'of'>; readonly memento: vscode.Memento }): LabelQueue {
  const kept: unknown = memento.get(KIND_KEY)
  let kind: LabelQueueKind = isQueueKind(kept) ? kept : 'unlabelled'
  /** The order in which the labeler began to go through a run: labelling must not shuffle what is still to come. */
  let going: { readonly run: string; readonly items: readonly QueueItem[] } | undefined
  const done = new Set<string>()
  const key = ({ run, id }: RolloutPlace): string => `${run}\n${id}`
  const ask = async (run: string): Promise<readonly QueueItem[]> => {
    const first = await labels.labeler()
    const items = await queries.ask('labels/queue', { run, kind, labeler: first, pairs: false, seed: 0, limit: MOST_ITEMS })
    going = { run, items }
    return items
  }
  const next = (run: string, items: readonly QueueItem[], current: string | undefined, direction: 1 | -1) =>
    itemAfter(items, current, direction, new Set(items.filter(({ rollout }) => done.has(key({ run, id: rollout }))).map(({ rollout }) => rollout)))
  return {
    get kind() {
      return kind
    },
    choose: async (chosen) => {
      kind = chosen
      going = undefined
      await memento.update(KIND_KEY, chosen)
    },
    completed: (place) => void done.add(key(place)),
    after: async (run, current, direction) => {
      const known = going?.run === run ? next(run, going.items, current, direction) : undefined
      // At its end the queue is asked for what came meanwhile.
      const found = known ?? (going?.run === run && direction === -1 ? undefined : next(run, await followed(run, ask, labels, current), current, direction))
      return found && { ...found, run, id: found.rollout }
    }
  }
}

/** The query process must know where the labels of a run lie before it is asked for a queue: reading any tells it. */
async function followed(run: string, ask: (run: string) => Promise<readonly QueueItem[]>, labels: Pick<Labels, 'of'>, current: string | undefined): Promise<readonly QueueItem[]> {
  await labels.of({ run, id: current ?? '' })
  return ask(run)
}
