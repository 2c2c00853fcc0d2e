import { labelSetsFolderOf } from '../../trainer/labels/store/labelsFolder.ts'
import { readLabelSets } from '../../trainer/labels/labelSets/readLabelSets.ts'
import type { LabelSet } from '../../trainer/protocol/label.ts'
import { plainLine } from '../plainText.ts'

/** The label sets of the workspace's folders; of two with one name, the first folder's. Files that are none are named in the log. */
export function readLabelSetsOf(folders: readonly string[], log: (line: string) => void): readonly LabelSet[] {
  const read = folders.map((folder) => readLabelSets(labelSetsFolderOf(folder)))
  for (const fault of read.flatMap(({ faults }) => faults)) log(plainLine(`${fault.message} ${fault.remedy}`, 600))
  const byName = new Map(read.flatMap(({ sets }) => sets).reverse().map((set) => [set.name, set]))
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
