import type { LabelRecord } from '../../protocol/label.ts'
import { editedFrom, isEditedInParts } from '../../protocol/suggestedBy.ts'
import type { SuggestedBy } from '../../protocol/suggestedBy.ts'
import type { Versions } from './foldVersions.ts'

/**
 * The draft that the newest version came of. A record that names none may be an edit of one that does: a model's text with a
 * letter changed is not the labeler's own. What was said before the draft was taken over, and is said again, has no draft.
 */
export function originOf({ newest, all }: Versions): SuggestedBy {
  if (newest.suggestedBy || !isEditedInParts(newest.opinion) || all.every(({ suggestedBy }) => suggestedBy === undefined)) return newest.suggestedBy
  const origins = new Map<string, SuggestedBy>()
  let origin: SuggestedBy
  for (const { suggestedBy, opinion } of versionsUpTo(newest, all)) {
    const said = JSON.stringify(opinion)
    origin = suggestedBy ?? (origins.has(said) ? origins.get(said) : editedFrom({ suggestedBy: origin }, opinion))
    origins.set(said, origin)
  }
  return origin
}

/** The version and those that it goes back to, oldest first. */
function versionsUpTo(newest: LabelRecord, all: readonly LabelRecord[]): readonly LabelRecord[] {
  const byId = new Map(all.map((version) => [version.id, version]))
  const passed = new Set<LabelRecord>()
  for (let at: LabelRecord | undefined = newest; at && !passed.has(at); at = byId.get(at.replaces ?? '')) passed.add(at)
  return [...passed].reverse()
}
