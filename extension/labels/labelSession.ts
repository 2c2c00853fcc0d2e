/** The labels that one window writes. Free of `vscode`, so that it runs in plain tests. */
import path from 'node:path'
import { LABELS_VERSION } from '../../trainer/protocol/label.ts'
import type { LabelRecord, LabelRecordInput } from '../../trainer/protocol/label.ts'
import { newLabelId } from '../../trainer/labels/store/labelId.ts'
import { openLabelWriter } from '../../trainer/labels/store/labelLog.ts'
import type { LabelWriter } from '../../trainer/labels/store/labelLog.ts'
import { readLabels } from '../../trainer/labels/store/labelReader.ts'
import type { NewRecord } from '../contracts/labels.ts'

/** Commits that can be taken back; older ones can still be edited and deleted. */
const MOST_UNDONE = 1000

export interface LabelPlace {
  /** The run's directory. */
  readonly run: string
  /** Where its labels lie. */
  readonly folder: string
  /** Who labels, where a record does not say. */
  readonly labeler: string
}

export class LabelSession {
  readonly #writers = new Map<string, LabelWriter>()
  /** What people said in this window, by folder, newest last. Drafts come by themselves, at any time: whoever takes back means the last thing that was said. */
  readonly #commits = new Map<string, (readonly LabelRecord[])[]>()

  /** Returns once the lines are on the disk. @throws LabError where they cannot be */
  append(place: LabelPlace, records: readonly NewRecord[]): readonly LabelRecord[] {
    const written = this.#write(place, records.map((record) => filledIn(place, record)))
    this.#keep(place, written.filter(({ draft }) => !draft))
    return written
  }

  /** Takes the newest commit back by records that say so. What was taken back; nothing where there is nothing left. */
  undo(place: LabelPlace): readonly LabelRecord[] {
    const commit = this.#commits.get(place.folder)?.at(-1)
    if (commit === undefined) return []
    this.#write(place, [...commit].reverse().map((record) => takenBack(record, place)))
    this.#commits.get(place.folder)!.pop()
    return commit
  }

  close(): void {
    for (const writer of this.#writers.values()) writer.close()
    this.#writers.clear()
  }

  #keep({ folder }: LabelPlace, commit: readonly LabelRecord[]): void {
    if (commit.length > 0) this.#commits.set(folder, [...(this.#commits.get(folder) ?? []), commit].slice(-MOST_UNDONE))
  }

  /** By labeler: each has a file of its own. */
  #write({ folder }: LabelPlace, records: readonly LabelRecordInput[]): LabelRecord[] {
    const labelers = [...new Set(records.map(({ labeler }) => labeler))]
    return labelers.flatMap((labeler) => this.#writer(folder, labeler).append(records.filter((record) => record.labeler === labeler)))
  }

  #writer(folder: string, labeler: string): LabelWriter {
    const key = `${labeler}\0${folder}`
    const writer = this.#writers.get(key) ?? openLabelWriter({ folder, labeler })
    this.#writers.set(key, writer)
    return writer
  }
}

function filledIn({ run, labeler }: LabelPlace, record: NewRecord): LabelRecordInput {
  return { source: { kind: 'human' }, labeler, ...record, ...stamp(run, record.id) }
}

/** An edit is taken back by an edit to what was before, anything else by its deletion. */
function takenBack(record: LabelRecord, { run, folder }: LabelPlace): LabelRecordInput {
  const { id, rollout, problemId, anchor, labeler, source, replaces } = record
  const before = replaces === undefined ? undefined : readLabels(folder).records.find((each) => each.id === replaces && each.labeler === labeler)
  if (before !== undefined) return { ...before, ...stamp(run), replaces: id }
  return { rollout, problemId, anchor, labeler, source, opinion: { kind: 'deleted', of: id }, ...stamp(run) }
}

const stamp = (run: string, id = newLabelId()): Pick<LabelRecordInput, 'version' | 'id' | 'at' | 'run'> =>
  ({ version: LABELS_VERSION, id, at: new Date().toISOString(), run: path.basename(run) })
