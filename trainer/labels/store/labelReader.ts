import type { LabelFault, LabelRecord } from '../../protocol/label.ts'
import { byTime } from './labelOrder.ts'
import { LabelTail } from './labelTail.ts'

export interface ReadLabels {
  /** Oldest first; each id once. */
  readonly records: readonly LabelRecord[]
  readonly faults: readonly LabelFault[]
  /** Paths, sorted. */
  readonly files: readonly string[]
}

/** The union of all writers' files of a folder. A folder that is absent has no labels. */
export function readLabels(folder: string): ReadLabels {
  const tail = new LabelTail(folder)
  tail.poll()
  return { records: [...tail.records()].sort(byTime), faults: tail.faults, files: tail.files }
}
