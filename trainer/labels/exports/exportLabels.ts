import path from 'node:path'
import fs from 'node:fs'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { LabError } from '../../errors.ts'
import type { Label, LabelFault } from '../../protocol/label.ts'
import { RowKind } from '../../protocol/labelRows.ts'
import type { LabelManifest, LeftOut } from '../../protocol/labelRows.ts'
import { onDisk } from '../../stores/diskGuard.ts'
import { diskFileOps } from '../../stores/fileOps.ts'
import { hashFile } from '../../stores/hashing.ts'
import { readJsonLines } from '../../stores/jsonLinesReader.ts'
import { replacePlain } from '../../stores/plainFiles.ts'
import { readRunRecord } from '../../stores/runDirectory.ts'
import { datasetCard } from '../formats/datasetCard.ts'
import { prm800kRecords } from '../formats/prm800kRecords.ts'
import { CARD_FILE, MANIFEST_FILE } from '../formats/rowFiles.ts'
import type { ExportKind, FileFormat } from '../formats/rowFiles.ts'
import { joinLeftOut } from '../rows/leftOut.ts'
import { rowBatches } from '../rows/rowBatches.ts'
import type { RowBatch } from '../rows/rowBatches.ts'
import { rowsOf } from '../rows/rowsOf.ts'
import type { RowOptions } from '../rows/rowsOf.ts'
import { foldLabels } from '../store/foldLabels.ts'
import { readLabels } from '../store/labelReader.ts'
import type { ReadLabels } from '../store/labelReader.ts'
import { ExportFiles } from './exportFiles.ts'
import { makeExportFolder } from './exportFolder.ts'
import { readRowRollouts } from './readRowRollouts.ts'

export interface ExportRequest {
  readonly runDirectory: string
  readonly labelsFolder: string
  /** Folder to make, or an empty one. */
  readonly out: string
  readonly kinds: readonly ExportKind[]
  readonly format: FileFormat
  readonly options: Omit<RowOptions, 'joint'>
  readonly now: Date
}

export interface ExportedLabels {
  readonly folder: string
  readonly manifest: LabelManifest
  /** What of the label files could not be read. */
  readonly faults: readonly LabelFault[]
}

/** Rollouts in memory at a time. */
const BATCH_ROLLOUTS = 5000

/**
 * Writes the rows that the labels of a run give into a folder of their own; manifest.json comes last, so that a folder without
 * one is not whole. @throws LabError `usage/no-rows` where no label gives a row of the kinds asked for, and nothing stays
 */
export async function exportLabels(request: ExportRequest): Promise<ExportedLabels> {
  const { runId } = readRunRecord(request.runDirectory)
  const { records, faults, labelFiles } = await readHashed(request.labelsFolder)
  if (records.length === 0) throw noLabels(request)
  const folder = makeExportFolder(request.out)
  const files = new ExportFiles(folder, request.kinds, request.format)
  try {
    const leftOut = await addAll(foldLabels(records), files, request)
    if (files.rows === 0) throw noRows(folder, request, leftOut)
    const { files: written, provenance } = await files.finish()
    const manifest: LabelManifest = {
      version: 1, at: request.now.toISOString(), run: { directory: path.basename(request.runDirectory), runId }, files: written,
      labelFiles, ...provenance, labelers: [...provenance.labelers],
      options: { includeHeldOut: false, ...request.options, labelers: request.options.labelers && [...request.options.labelers] },
      leftOut: leftOut.map((part) => ({ ...part, examples: [...part.examples] }))
    }
    replacePlain(diskFileOps, path.join(folder, CARD_FILE), datasetCard(manifest))
    replacePlain(diskFileOps, path.join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
    return { folder, manifest, faults }
  } finally {
    files.abandon()
  }
}

async function addAll(labels: readonly Label[], files: ExportFiles, request: ExportRequest): Promise<LeftOut[]> {
  const leftOut: (readonly LeftOut[])[] = []
  let joint: '' | ' ' = ''
  for (const batch of rowBatches(labels, BATCH_ROLLOUTS)) {
    const read = await readRowRollouts(request.runDirectory, batch.rollouts)
    // A run has one tokenizer; a batch of few rollouts may not show what another did.
    joint ||= read.joint
    leftOut.push(addBatch(batch, read.rollouts, files, request, joint))
    await yieldToOthers()
  }
  return joinLeftOut(leftOut)
}

function addBatch(batch: RowBatch, rollouts: Awaited<ReturnType<typeof readRowRollouts>>['rollouts'], files: ExportFiles, request: ExportRequest, joint: string): readonly LeftOut[] {
  const run = path.basename(request.runDirectory)
  const byId = new Map(batch.labels.map((label) => [label.id, label]))
  const { rows, leftOut } = rowsOf(run, batch.labels, rollouts, { ...request.options, joint })
  const wanted = RowKind.options.filter((kind) => request.kinds.includes(kind))
  for (const kind of wanted) for (const row of rows[kind]) files.add(kind, row, byId, rollouts)
  if (request.kinds.includes('prm800k')) {
    for (const record of prm800kRecords(run, batch.labels, rollouts, request.options)) files.add('prm800k', record, byId, rollouts)
  }
  return leftOut.filter(({ kind }) => wanted.includes(kind))
}

const MOST_TRIES = 5

/** Labels and the hashes of their files at one moment: people may be labelling. */
async function readHashed(folder: string): Promise<Pick<ReadLabels, 'records' | 'faults'> & { readonly labelFiles: LabelManifest['labelFiles'] }> {
  let read = readLabels(folder)
  for (let tries = 1; ; tries++) {
    const labelFiles = await Promise.all(read.files.map(describeLabelFile))
    const again = readLabels(folder)
    // Label files only grow.
    if (again.records.length === read.records.length || tries === MOST_TRIES) return { records: read.records, faults: read.faults, labelFiles }
    read = again
  }
}

async function describeLabelFile(place: string): Promise<LabelManifest['labelFiles'][number]> {
  let records = 0
  for (const { value } of readJsonLines(place)) if (value !== undefined) records++
  return { file: path.basename(place), sha256: await hashFile(place), records }
}

function noLabels({ runDirectory, labelsFolder }: ExportRequest): LabError {
  return new LabError('usage', 'usage/no-labels', `The run ${path.basename(runDirectory)} has no labels.`, {
    place: labelsFolder, remedy: 'Label some of its rollouts, or name the folder of its labels with --labels.'
  })
}

function noRows(folder: string, { kinds }: ExportRequest, leftOut: readonly LeftOut[]): LabError {
  onDisk(folder, () => fs.rmdirSync(folder))
  const why = leftOut.slice(0, 5).map(({ kind, reason, count }) => `${count} for ${kind}: ${reason}`)
  return new LabError('usage', 'usage/no-rows', `No label of the run gives a row of ${kinds.join(', ')}.`, {
    remedy: why.length === 0 ? 'Label rollouts for what you want to export, or ask for another kind.' : `Left out: ${why.join('; ')}.`
  })
}
