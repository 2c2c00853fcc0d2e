import type { LabelManifest, RowKind } from '../../trainer/protocol/labelRows.ts'
import type { RowsPreview } from '../../trainer/protocol/labelViews.ts'

export type ExportKind = RowKind | 'prm800k'

/** What can be exported, in the order in which it is offered. */
export const EXPORT_WORDS: readonly { readonly kind: ExportKind; readonly label: string; readonly what: string }[] = [
  { kind: 'critiques', label: 'Critiques', what: 'Problem and response, and what to say of it: critique fine-tuning' },
  { kind: 'steps', label: 'Steps', what: 'Step supervision, as TRL takes it: process reward models' },
  { kind: 'preferences', label: 'Preferences', what: 'Chosen and rejected, as TRL takes them: DPO' },
  { kind: 'solutions', label: 'Solutions', what: 'Traces judged right or written by a labeler: fine-tuning' },
  { kind: 'prm800k', label: 'PRM800K', what: 'Each labeler’s steps in the shape of that dataset' }
]

export const rowsText = (count: number): string => `${count} ${count === 1 ? 'row' : 'rows'}`

/** What each kind would give; PRM800K's shape is not counted beforehand. */
export function countText(kind: ExportKind, { rows }: RowsPreview): string {
  return kind === 'prm800k' ? '' : rowsText(rows[kind])
}

/** What an export gave, with rows by kind. */
export function exportedText({ files, leftOut }: LabelManifest): string {
  const rows = files.filter(({ kind }) => kind !== 'lineage').map(({ kind, rows: count }) => `${EXPORT_WORDS.find((words) => words.kind === kind)?.label ?? kind} ${count}`)
  const left = leftOut.reduce((sum, { count }) => sum + count, 0)
  return `Exported rows: ${rows.join(', ')}.${left === 0 ? '' : ` Labels left out: ${left}; the manifest says why.`}`
}

export const rowCount = ({ rows }: RowsPreview): number => Object.values(rows).reduce((sum, count) => sum + count, 0)

/** Why there is nothing to export, the commonest reason first. */
export function nothingText({ leftOut }: RowsPreview): string {
  const [first] = leftOut
  return first === undefined
    ? 'This run has no labels that data could be made of. Rate steps, judge traces or write critiques first.'
    : `No label of this run gives a row. Most are left out as ${first.reason}.`
}
