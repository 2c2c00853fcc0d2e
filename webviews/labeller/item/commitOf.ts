import type { NewLabel } from '../../protocol/labeller.ts'
import { answersFault } from '../judging/answers.ts'
import { opinionIn, slotsIn } from '../judging/judgement.ts'
import { missing, newLabels } from '../judging/newLabels.ts'
import { anchorOf } from './anchors.ts'
import type { OpenItem } from './openItem.ts'

/** The records that bring the disk to what is said of the item now. */
export function commitOf({ item, judgement, text, segment, hash, unseen }: OpenItem, seconds: number, completed: boolean): readonly NewLabel[] {
  const { rollout, qualityControl } = item
  const facts = { rollout: rollout.id, problemId: rollout.problemId, qualityControl, blind: unseen, seconds }
  return newLabels(judgement, { ...facts, anchorOf: (slot) => anchorOf(text, segment, hash, slot) }, completed)
}

/** What is still missing before the item can be completed, as a sentence; undefined where nothing is. */
export function lackingIn({ judgement, pair, set }: OpenItem): string | undefined {
  const opinions = slotsIn(judgement).flatMap((slot) => opinionIn(judgement, slot) ?? [])
  return missing(judgement, opinions, pair) ?? answersFault(judgement, set)
}
