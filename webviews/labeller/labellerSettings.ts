import type { LabelQueueKind } from '../../trainer/protocol/labelViews.ts'
import type { Change } from './judging/judgement.ts'
import type { Slot } from './judging/slots.ts'
import type { QueueEntry } from './queue/labelQueue.ts'

/** How this labeler works; kept over a reload. */
export interface LabellerSettings {
  readonly kind: LabelQueueKind
  readonly pairs: boolean
  readonly seed: number
  readonly blind: boolean
  readonly stopAtFirstError: boolean
  /** Name of the label set whose fields are asked; empty = none. */
  readonly labelSet: string
}

export const STARTING_SETTINGS: LabellerSettings = { kind: 'unlabelled', pairs: false, seed: 0, blind: true, stopAtFirstError: true, labelSet: '' }

/** What was said of an item and is not on the disk yet. */
export interface Unwritten {
  readonly entry: QueueEntry
  readonly segment: number
  /** Whether nothing that blind mode hides was shown of the item. */
  readonly unseen: boolean
  readonly changes: readonly (readonly [Slot, Change])[]
}

/** What is kept over a reload: the way of working, the place, and what was said there. */
export interface SavedLabeller extends Omit<Unwritten, 'entry'> {
  readonly version: 1
  readonly settings: LabellerSettings
  readonly entry?: QueueEntry
  /** Of items that could not be read since what was said of them was kept. */
  readonly left?: readonly Unwritten[]
}

/** The page wrote this itself; another version of the page may have. */
export function readSaved(saved: unknown): SavedLabeller | undefined {
  if (typeof saved !== 'object' || saved === null || !('version' in saved) || saved.version !== 1) return undefined
  const { settings, changes } = saved as Partial<SavedLabeller>
  return settings && Object.hasOwn(QUEUE_WORDS, settings.kind) && Array.isArray(changes) ? (saved as SavedLabeller) : undefined
}

/** What is to be taken up again once its item is open. */
export function unwrittenIn({ entry, segment, unseen, changes, left = [] }: SavedLabeller): readonly Unwritten[] {
  return entry && (changes.length > 0 || !unseen) ? [...left, { entry, segment, unseen, changes }] : left
}

export const QUEUE_WORDS: Readonly<Record<LabelQueueKind, readonly [title: string, explained: string]>> = {
  unlabelled: ['Unlabelled', 'Rollouts that nobody labelled yet, newest first'],
  failing: ['Failing', 'Wrong by the verifier'],
  mixedGroups: ['Mixed groups', 'Groups with right and wrong attempts: what a policy gradient learns from'],
  highestEntropy: ['Highest entropy', 'Where the policy was least decided, highest mean entropy first'],
  disagreement: ['Disagreement', 'Labelers differ'],
  judgeAgainstVerifier: ['Judge against verifier', 'What a judge or critic says differs from the verifier'],
  random: ['Random', 'Drawn at random'],
  qualityControl: ['Quality control', 'Items whose right label is known, and own ones shown again']
}
