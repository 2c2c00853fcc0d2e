import { readJsonLines } from '../../stores/jsonLinesReader.ts'
import { LabError } from '../../errors.ts'
import { plainKind } from '../../stores/plainFiles.ts'
import { badLines } from './badLine.ts'
import type { LineFault } from './badLine.ts'
import type { ImportedTrace } from './importedTrace.ts'
import { readPrm800k } from './prm800kTraces.ts'
import { readTrlSteps } from './trlSteps.ts'

export const IMPORT_FORMATS = ['prm800k', 'trl-steps'] as const
export type ImportFormat = (typeof IMPORT_FORMATS)[number]

export interface ImportSource {
  readonly file: string
  readonly format: ImportFormat
  /** Between the steps of TRL's rows. */
  readonly separator?: string | undefined
}

const REMEDY: Readonly<Record<ImportFormat, string>> = {
  prm800k: 'Each line is a labelled solution as github.com/openai/prm800k describes it.',
  'trl-steps': 'Each line is {"prompt": text, "completions": [text, …], "labels": [true or false, …]}, a label for each completion.'
}

/** The traces of a file, read as a stream: twice, so that a file with a bad line gives nothing. @throws LabError `dataset/…` */
export function* readTraces(source: ImportSource): Generator<ImportedTrace> {
  requireSound(source)
  for (const { line, value } of readJsonLines(source.file)) {
    const traces = tracesOf(source, line, value)
    if (Array.isArray(traces)) yield* traces
  }
}

function requireSound(source: ImportSource): void {
  const { file, format } = source
  const faults: LineFault[] = []
  let [lines, bad] = [0, 0]
  if (plainKind(file) !== 'file') throw new LabError('dataset', 'dataset/unreadable', `There is no file ${file}.`, { place: file, remedy: 'Name a file of JSON lines.' })
  for (const { line, value, problem } of readJsonLines(file)) {
    lines++
    const traces = problem === undefined ? tracesOf(source, line, value) : { line, field: '', what: `is ${problem}` }
    if (Array.isArray(traces)) continue
    bad++
    if (faults.length < 10) faults.push(traces as LineFault)
  }
  if (lines === 0) throw new LabError('dataset', 'dataset/empty', `The file ${file} is empty.`, { place: file, remedy: REMEDY[format] })
  if (bad > 0) throw badLines(file, faults, bad, REMEDY[format])
}

function tracesOf({ format, separator }: ImportSource, line: number, value: unknown): readonly ImportedTrace[] | LineFault {
  return format === 'prm800k' ? readPrm800k(line, value) : readTrlSteps(line, value, separator)
}
