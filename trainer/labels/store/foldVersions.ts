import type { LabelRecord } from '../../protocol/label.ts'
import { chainEnds } from './chainEnds.ts'
import { grouped } from './grouped.ts'
import { byTime } from './labelOrder.ts'

/** The versions of one label. */
export interface Versions {
  readonly first: LabelRecord
  readonly newest: LabelRecord
  /** Oldest first. */
  readonly all: readonly LabelRecord[]
}

/**
 * Records grouped by what they replace. The newest version is the newest of those that nothing replaces, whatever the clocks
 * say; in a circle, the newest of all. Only a record of the same labeler can be replaced.
 */
export function foldVersions(records: readonly LabelRecord[]): Versions[] {
  const byId = new Map(records.map((record) => [record.id, record]))
  const earlierOf = (id: string): string | undefined => {
    const record = byId.get(id)
    const earlier = record?.replaces === undefined ? undefined : byId.get(record.replaces)
    return earlier?.labeler === record?.labeler ? earlier?.id : undefined
  }
  const firsts = chainEnds(byId.keys(), earlierOf)
  const groups = grouped(records, ({ id }) => firsts.get(id)!)
  return [...groups].map(([first, all]) => versionsOf(byId.get(first)!, all.sort(byTime), earlierOf))
}

function versionsOf(first: LabelRecord, all: readonly LabelRecord[], earlierOf: (id: string) => string | undefined): Versions {
  const replaced = new Set(all.map(({ id }) => earlierOf(id)))
  const leaves = all.filter(({ id }) => !replaced.has(id))
  return { first, newest: (leaves.length > 0 ? leaves : all).at(-1)!, all }
}
