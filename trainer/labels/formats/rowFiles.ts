import type { RowKind } from '../../protocol/labelRows.ts'

/** What can be exported: the kinds of rows, and PRM800K's own shape. */
export const EXPORT_KINDS = ['critiques', 'solutions', 'steps', 'preferences', 'prm800k'] as const
export type ExportKind = (typeof EXPORT_KINDS)[number]
export type FileFormat = 'jsonl' | 'parquet'

/** Places in a text. */
export const RANGES = 'STRUCT("from" INTEGER, "to" INTEGER)[]'

/** SQL types of the columns of each kind, as they stand in the files. `sources` names who had a part in the row. */
export const ROW_COLUMNS: Readonly<Record<RowKind, Readonly<Record<string, string>>>> = {
  critiques: { prompt: 'VARCHAR', response: 'VARCHAR', critique: 'VARCHAR', verdict: 'BOOLEAN', sources: 'VARCHAR[]' },
  solutions: { prompt: 'VARCHAR', rendered: 'BOOLEAN', completion: 'VARCHAR', tool: RANGES, sources: 'VARCHAR[]' },
  steps: { prompt: 'VARCHAR', completions: 'VARCHAR[]', labels: 'BOOLEAN[]', sources: 'VARCHAR[]' },
  preferences: {
    prompt: 'VARCHAR', rendered: 'BOOLEAN', chosen: 'VARCHAR', rejected: 'VARCHAR', rationale: 'VARCHAR', continues: 'BOOLEAN', chosenTool: RANGES, rejectedTool: RANGES,
    sources: 'VARCHAR[]'
  }
}

/** PRM800K is JSON Lines whatever the others are. */
export const fileNameOf = (kind: ExportKind, format: FileFormat): string => `${kind}.${kind === 'prm800k' ? 'jsonl' : format}`
export const LINEAGE_FILE = 'lineage.jsonl'
export const MANIFEST_FILE = 'manifest.json'
export const CARD_FILE = 'README.md'
