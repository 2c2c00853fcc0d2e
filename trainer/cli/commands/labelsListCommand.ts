import { foldLabels } from '../../labels/store/foldLabels.ts'
import { readLabels } from '../../labels/store/labelReader.ts'
import type { Label } from '../../protocol/label.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { labelCells } from '../labels/labelRows.ts'
import { labelledRun } from '../labels/labelledRun.ts'
import { findOrphans } from '../labels/orphans.ts'
import { listing } from '../terminal/table.ts'

export interface LabelsListOptions {
  readonly labels?: string
  readonly labeler: readonly string[]
  readonly kind: readonly string[]
  readonly orphans: boolean
  readonly json: boolean
}

/** Labels of a run as people see them: edits applied, deletions gone, replies beneath; oldest first. */
export async function labelsListCommand(host: Host, run: string, { labels, labeler, kind, orphans, json }: LabelsListOptions): Promise<ExitCode> {
  const { directory, folder } = labelledRun(host, run, labels)
  const folded = foldLabels(readLabels(folder).records)
  const chosen = folded.filter((label) => isChosen(labeler, label.labeler) && isChosen(kind, label.opinion.kind))
  const marked = orphans ? (await findOrphans(directory, chosen)).map(({ label, reason }): Label => ({ ...label, orphaned: reason })) : chosen
  if (json) for (const label of marked) host.stdout.write(`${JSON.stringify(label)}\n`)
  else host.stdout.write(shown(marked))
  return EXIT.finished
}

const isChosen = (wanted: readonly string[], value: string): boolean => wanted.length === 0 || wanted.includes(value)

function shown(labels: readonly Label[]): string {
  if (labels.length === 0) return 'No labels.\n'
  const rows = labels.flatMap((label) => [labelCells(label), ...label.replies.map((reply) => ['', '', ...labelCells(reply).slice(2)])])
  return `${listing([['rollout', 'step', 'kind', 'says', 'labeler', 'source', 'given (UTC)'], ...rows])}\n`
}
