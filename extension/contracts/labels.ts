import type { Disposable, Event } from 'vscode'
import type { Label, LabelRecord, LabelRecordInput, LabelSet } from '../../trainer/protocol/label.ts'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'

/** What is new of a record; the rest (time, labeler, run, version) is filled in. `source` is human unless told; an `id` is drawn unless another record of the same commit names it. */
export type NewRecord = Omit<LabelRecordInput, 'version' | 'id' | 'labeler' | 'at' | 'run' | 'source'> & Partial<Pick<LabelRecordInput, 'id' | 'source' | 'labeler'>>

/** Labels of the window: written at once and flushed, read through the query process. `run` is the path of a run directory. */
export interface Labels extends Disposable {
  /** `rolloutLab.labeler`, else git's user name, else that of the system: made fit for a file name. */
  labeler(): Promise<string>
  /** `<workspace>/.rollout-lab/labels/<run>`; where there is no workspace, beside the folder of the run. */
  folderOf(run: string): string
  /** Tells the query process where the labels of a run lie, so that changes come from now on; questions about labels do so by themselves. */
  follow(run: string): Promise<void>
  /** Resolves when the lines are on the disk. Rejects, with nothing half written, where they cannot be. */
  append(run: string, records: readonly NewRecord[]): Promise<readonly LabelRecord[]>
  /** Takes back the newest records of this window on the run, drafts left out; answers them, or nothing where there are none. */
  undo(run: string): Promise<readonly LabelRecord[]>
  /** Threads and ratings of a rollout: edits applied, orphans marked, drafts included. */
  of(place: RolloutPlace): Promise<readonly Label[]>
  labelSets(): Promise<readonly LabelSet[]>
  /** Labels were written, here or elsewhere. `rollouts` is empty where nobody knows which. */
  readonly onDidChange: Event<{ readonly run: string; readonly rollouts: readonly string[] }>
}
