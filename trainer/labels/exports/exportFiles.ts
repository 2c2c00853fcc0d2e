import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { Label } from '../../protocol/label.ts'
import type { LabelManifest, RowOrigin } from '../../protocol/labelRows.ts'
import { onDisk } from '../../stores/diskGuard.ts'
import { hashFile } from '../../stores/hashing.ts'
import { jsonLine } from '../../stores/jsonLines.ts'
import { writeParquet } from '../../stores/parquetFile.ts'
import { lineageLine } from '../formats/lineage.ts'
import type { LineageLine } from '../formats/lineage.ts'
import { fileNameOf, LINEAGE_FILE, ROW_COLUMNS } from '../formats/rowFiles.ts'
import type { ExportKind, FileFormat } from '../formats/rowFiles.ts'
import type { RowRollout } from '../rows/rowRollout.ts'
import { RowFile } from './rowFile.ts'

export interface ExportedRow {
  readonly row: object
  readonly origin: RowOrigin
}

/** What the rows of an export were made of, over all files. */
export interface Provenance {
  readonly rolloutsSha256: string
  readonly labelers: readonly string[]
  /** Rows by source. */
  readonly sources: Readonly<Record<string, number>>
}

/** The data files of an export while they are written: rows, and beside them where each came from. */
export class ExportFiles {
  readonly #folder: string
  readonly #format: FileFormat
  readonly #files = new Map<ExportKind, RowFile>()
  readonly #lineage: RowFile
  readonly #rollouts = new Set<string>()
  readonly #labelers = new Set<string>()
  readonly #sources = new Map<string, number>()

  constructor(folder: string, kinds: readonly ExportKind[], format: FileFormat) {
    this.#folder = folder
    this.#format = format
    // Parquet is made from JSON Lines, which lie in its place until then.
    for (const kind of kinds) this.#files.set(kind, new RowFile(path.join(folder, fileNameOf(kind, 'jsonl'))))
    this.#lineage = new RowFile(path.join(folder, LINEAGE_FILE))
  }

  get rows(): number {
    return this.#lineage.rows
  }

  add(kind: ExportKind, { row, origin }: ExportedRow, labels: ReadonlyMap<string, Label>, rollouts: ReadonlyMap<string, RowRollout>): void {
    const file = this.#files.get(kind)
    if (file === undefined) return
    const line = lineageLine(fileNameOf(kind, this.#format), file.rows, origin, labels, rollouts)
    file.add(jsonLine(kind === 'prm800k' ? row : { ...row, sources: origin.sources }))
    this.#lineage.add(jsonLine(line))
    this.#note(line, origin)
  }

  /** Closes the files; those without a row do not exist. */
  async finish(): Promise<{ readonly files: LabelManifest['files']; readonly provenance: Provenance }> {
    const files: LabelManifest['files'] = []
    for (const [kind, file] of this.#files) {
      const sha256 = file.finish()
      if (sha256 !== undefined) files.push({ kind, file: fileNameOf(kind, this.#format), rows: file.rows, sha256: await this.#converted(kind, file.place, sha256) })
    }
    const sha256 = this.#lineage.finish()
    if (sha256 !== undefined) files.push({ kind: 'lineage', file: LINEAGE_FILE, rows: this.#lineage.rows, sha256 })
    const rolloutsSha256 = createHash('sha256').update([...this.#rollouts].sort().join('\n')).digest('hex')
    return { files, provenance: { rolloutsSha256, labelers: [...this.#labelers].sort(), sources: Object.fromEntries([...this.#sources].sort()) } }
  }

  abandon(): void {
    for (const file of [...this.#files.values(), this.#lineage]) file.abandon()
  }

  #note({ rollouts, labels }: LineageLine, { sources }: RowOrigin): void {
    for (const { id, textSha256 } of rollouts) this.#rollouts.add(`${id} ${textSha256.join(',')}`)
    for (const { labeler } of labels) this.#labelers.add(labeler)
    for (const source of sources) this.#sources.set(source, (this.#sources.get(source) ?? 0) + 1)
  }

  async #converted(kind: ExportKind, jsonLines: string, sha256: string): Promise<string> {
    if (kind === 'prm800k' || this.#format === 'jsonl') return sha256
    const parquet = path.join(this.#folder, fileNameOf(kind, 'parquet'))
    await writeParquet(jsonLines, parquet, ROW_COLUMNS[kind])
    onDisk(jsonLines, () => fs.unlinkSync(jsonLines))
    return hashFile(parquet)
  }
}
