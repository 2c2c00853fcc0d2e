import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import type { LabelSet } from '../../protocol/label.ts'
import { listFolder, readPlain } from '../../stores/plainFiles.ts'
import { parseLabelSet } from './parseLabelSet.ts'

const MOST_BYTES = 256 * 1024
const FILE_NAME = /^([A-Za-z0-9][A-Za-z0-9._-]{0,59})\.json$/

export interface ReadLabelSets {
  /** By name. */
  readonly sets: readonly LabelSet[]
  /** Why a file of the folder is no label set. */
  readonly faults: readonly LabError[]
}

/** The label sets of a folder, one a file named `<set>.json`. A folder that is absent has none. */
export function readLabelSets(folder: string): ReadLabelSets {
  const sets: LabelSet[] = []
  const faults: LabError[] = []
  for (const name of fs.existsSync(folder) ? listFolder(folder) : []) {
    const set = FILE_NAME.exec(name)?.[1]
    if (set === undefined) continue
    try {
      const place = path.join(folder, name)
      sets.push(parseLabelSet(set, readPlain(place, MOST_BYTES), place))
    } catch (error) {
      if (!LabError.is(error)) throw error
      faults.push(error)
    }
  }
  return { sets, faults }
}
