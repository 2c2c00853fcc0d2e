/** Label records for tests. */
import fs from 'node:fs'
import path from 'node:path'
import { LabelRecord } from '../../protocol/label.ts'
import type { LabelRecordInput, Opinion } from '../../protocol/label.ts'
import { textHash } from '../anchors/textHash.ts'

let made = 0

/** A whole record; ids count up, and so do times unless told. */
export function labelInput(changes: Partial<LabelRecordInput> = {}, opinion: Opinion = { kind: 'verdict', right: true }): LabelRecordInput {
  made++
  return {
    version: 1, id: `label-${String(made).padStart(6, '0')}`, labeler: 'ada', at: new Date(Date.UTC(2025, 0, 31) + made * 1000).toISOString(), run: 'run-1', rollout: 't000001.1-000-00', problemId: 'problem-0',
    anchor: { segment: 0, textHash: textHash('text'), from: 0, to: 4 }, opinion, source: { kind: 'human' }, ...changes
  }
}

export const labelRecord = (changes: Partial<LabelRecordInput> = {}, opinion?: Opinion): LabelRecord => LabelRecord.parse(labelInput(changes, opinion))

export const lineOf = (record: object): string => `${JSON.stringify(record)}\n`

/** Writes a label file as it stands. */
export function writeFile(folder: string, name: string, content: string | Uint8Array): string {
  fs.mkdirSync(folder, { recursive: true })
  const place = path.join(folder, name)
  fs.writeFileSync(place, content)
  return place
}
