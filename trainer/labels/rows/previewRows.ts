import type { Label } from '../../protocol/label.ts'
import { RowKind } from '../../protocol/labelRows.ts'
import type { RowsPreview } from '../../protocol/labelViews.ts'
import { joinLeftOut } from './leftOut.ts'
import type { LabelRows } from './rowsOf.ts'

/** What an export would give: rows by kind, who had a part in them, and rows by source. `labels` are those that the rows were made from. */
export function previewOf({ rows, leftOut }: LabelRows, labels: Iterable<Pick<Label, 'id' | 'labeler'>>): RowsPreview {
  const origins = Object.values(rows).flatMap((made) => made.map(({ origin }) => origin))
  const used = new Set(origins.flatMap((origin) => origin.labels))
  const labelers = new Set<string>()
  for (const { id, labeler } of labels) if (used.has(id)) labelers.add(labeler)
  const sources: Record<string, number> = {}
  for (const source of origins.flatMap((origin) => origin.sources)) sources[source] = (sources[source] ?? 0) + 1
  const count = { critiques: rows.critiques.length, solutions: rows.solutions.length, steps: rows.steps.length, preferences: rows.preferences.length }
  return { rows: count, leftOut, labelers: [...labelers].sort(), sources }
}

/** The preview of batches together: their rollouts, and so their rows, are different ones. */
export function joinPreviews(parts: readonly RowsPreview[]): RowsPreview {
  const rows = { critiques: 0, solutions: 0, steps: 0, preferences: 0 }
  const sources: Record<string, number> = {}
  for (const part of parts) {
    for (const kind of RowKind.options) rows[kind] += part.rows[kind]
    for (const [source, count] of Object.entries(part.sources)) sources[source] = (sources[source] ?? 0) + count
  }
  const labelers = [...new Set(parts.flatMap((part) => part.labelers))].sort()
  return { rows, leftOut: joinLeftOut(parts.map(({ leftOut }) => leftOut)), labelers, sources }
}
