import { LabError } from '../../errors.ts'
import { foldLabels } from '../../labels/store/foldLabels.ts'
import { readLabels } from '../../labels/store/labelReader.ts'
import { Opinion } from '../../protocol/label.ts'
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
  refuseUnknownKind(kind)
  const { directory, folder } = labelledRun(host, run, labels)
  const folded = foldLabels(readLabels(folder).records)
  const chosen = folded.filter((label) => isChosen(labeler, label.labeler) && isChosen(kind, label.opinion.kind))
  const marked = orphans ? (await findOrphans(directory, chosen)).map(({ label, reason }): Label => ({ ...label, orphaned: reason })) : chosen
  if (json) for (const label of marked) host.stdout.write(`${JSON.stringify(label)}\n`)
  else host.stdout.write(shown(marked))
  return EXIT.finished
}

/** What is said of other labels has no line of its own. */
const REMARKS: readonly string[] = ['resolved', 'decision', 'deleted']
/** Kinds of labels that can be listed. */
export const LISTED_KINDS: readonly string[] = Opinion.options.map(({ shape }) => shape.kind.value).filter((kind) => !REMARKS.includes(kind))

function refuseUnknownKind(named: readonly string[]): void {
  const unknown = named.find((kind) => !LISTED_KINDS.includes(kind))
  if (unknown === undefined) return
  throw new LabError('usage', 'usage/option', `--kind is ${JSON.stringify(unknown)}.`, { place: '--kind', remedy: `Allowed: ${LISTED_KINDS.join(', ')}.` })
}

const isChosen = (wanted: readonly string[], value: string): boolean => wanted.length === 0 || wanted.includes(value)

function shown(labels: readonly Label[]): string {
  if (labels.length === 0) return 'No labels.\n'
  const rows = labels.flatMap((label) => [labelCells(label), ...label.replies.map((reply) => ['', '', ...labelCells(reply).slice(2)])])
  return `${listing([['rollout', 'step', 'kind', 'says', 'labeler', 'source', 'given (UTC)'], ...rows])}\n`
}
