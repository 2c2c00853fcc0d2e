import { relative, resolve } from 'node:path'
import { LabError } from '../../errors.ts'
import { defaultExportFolder } from '../../labels/exports/exportFolder.ts'
import { exportLabels } from '../../labels/exports/exportLabels.ts'
import type { ExportedLabels } from '../../labels/exports/exportLabels.ts'
import { EXPORT_KINDS } from '../../labels/formats/rowFiles.ts'
import type { ExportKind, FileFormat } from '../../labels/formats/rowFiles.ts'
import { RowKind } from '../../protocol/labelRows.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { labelledRun } from '../labels/labelledRun.ts'
import { plainLine } from '../terminal/plainText.ts'
import { definitions, table } from '../terminal/table.ts'

export interface LabelsExportOptions {
  readonly kind: readonly string[]
  readonly format: FileFormat
  readonly out?: string
  readonly labels?: string
  readonly labeler: readonly string[]
  readonly includeModels: boolean
  readonly includeHeldOut: boolean
  readonly minimumAgreement?: number
  readonly json: boolean
}

/** Writes what the labels of a run give as data to train on, with where each row came from. */
export async function labelsExportCommand(host: Host, run: string, options: LabelsExportOptions): Promise<ExitCode> {
  const { directory: runDirectory, folder: labelsFolder } = labelledRun(host, run, options.labels)
  const now = new Date()
  const exported = await exportLabels({
    runDirectory, labelsFolder, kinds: kindsOf(options.kind), format: options.format, now,
    out: options.out === undefined ? defaultExportFolder(labelsFolder, now) : resolve(host.cwd, options.out),
    options: {
      includeModelSources: options.includeModels, includeHeldOut: options.includeHeldOut,
      ...(options.labeler.length === 0 ? {} : { labelers: options.labeler }), ...(options.minimumAgreement === undefined ? {} : { minimumAgreement: options.minimumAgreement })
    }
  })
  for (const { file, line, message } of exported.faults) host.stderr.write(`${plainLine(`${file}:${line}: ${message}`)}\n`)
  host.stdout.write(options.json ? `${JSON.stringify({ folder: exported.folder, manifest: exported.manifest })}\n` : summary(host, exported))
  return EXIT.finished
}

/** All kinds of rows where none is named; PRM800K's shape, which says the same as `steps`, only when asked for. */
function kindsOf(named: readonly string[]): readonly ExportKind[] {
  const unknown = named.find((name) => !EXPORT_KINDS.some((kind) => kind === name))
  if (unknown !== undefined) {
    throw new LabError('usage', 'usage/option', `--kind is ${JSON.stringify(unknown)}.`, { place: '--kind', remedy: `Allowed: ${EXPORT_KINDS.join(', ')}.` })
  }
  return named.length === 0 ? RowKind.options : EXPORT_KINDS.filter((kind) => named.includes(kind))
}

function summary(host: Host, { folder, manifest }: ExportedLabels): string {
  const files = manifest.files.filter(({ kind }) => kind !== 'lineage').map(({ file, rows }) => [file, String(rows)])
  const leftOut = manifest.leftOut.map(({ kind, reason, count }): [string, string] => [`${count} for ${kind}`, reason])
  const sources = Object.entries(manifest.sources).map(([source, count]) => `${source} ${count}`)
  return [
    table([['file', 'rows'], ...files]),
    ...(leftOut.length === 0 ? [] : ['', '  Labels left out:', definitions(leftOut, '    ')]),
    `  Rows by source: ${plainLine(sources.join(', '))}`,
    `  Written to ${plainLine(relative(host.cwd, folder) || folder)}`, ''
  ].join('\n')
}
