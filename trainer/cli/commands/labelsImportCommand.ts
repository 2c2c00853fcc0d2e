import { realpathSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import { importLabels } from '../../labels/imports/importLabels.ts'
import type { ImportedLabels } from '../../labels/imports/importLabels.ts'
import type { ImportFormat } from '../../labels/imports/readTraces.ts'
import { labelsFolderOf } from '../../labels/store/labelsFolder.ts'
import { defaultRunsFolder, newRunId, runFolderName } from '../../stores/runsFolder.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { labelledRun } from '../labels/labelledRun.ts'
import { givenFile } from '../givenPlaces.ts'
import { requireUnused } from '../newRunFolder.ts'
import { plainLine } from '../terminal/plainText.ts'

export interface LabelsImportOptions {
  readonly format: ImportFormat
  /** Run whose rollouts the traces are; absent = a new run is made of them. */
  readonly run?: string
  /** Directory of that new run. */
  readonly out?: string
  readonly labels?: string
  readonly labeler: string
  readonly separator?: string
  readonly json: boolean
}

/** Takes over step labels that others made. */
export async function labelsImportCommand(host: Host, named: string, options: LabelsImportOptions): Promise<ExitCode> {
  const file = givenFile(host, named, { remedy: 'Name a file of JSON lines.' })
  if (options.run !== undefined && options.out !== undefined) {
    throw new LabError('usage', 'usage/option', '--run and --out exclude each other.', { place: '--out', remedy: 'Give --run to label an existing run, or --out to say where a new one shall lie.' })
  }
  const now = new Date()
  const target = targetOf(host, file, options, now)
  const imported = await importLabels({ file: realpathSync(file), format: options.format, separator: options.separator }, { ...target, labeler: options.labeler, now })
  host.stdout.write(options.json ? `${JSON.stringify(imported)}\n` : summary(host, imported, target.isNew))
  return EXIT.finished
}

function targetOf(host: Host, file: string, { run, out, labels }: LabelsImportOptions, now: Date): { readonly run: string; readonly isNew: boolean; readonly labelsFolder: string } {
  if (run !== undefined) {
    const { directory, folder } = labelledRun(host, run, labels)
    return { run: directory, isNew: false, labelsFolder: folder }
  }
  const directory = out === undefined ? path.join(defaultRunsFolder(host.cwd), runFolderName('imported', path.parse(file).name, newRunId(now))) : path.resolve(host.cwd, out)
  requireUnused(host, directory, { resumes: false })
  return { run: directory, isNew: true, labelsFolder: labels === undefined ? labelsFolderOf(directory, host.cwd) : path.resolve(host.cwd, labels) }
}

function summary(host: Host, { run, traces, labels, known, labelers, leftOut, unmatched }: ImportedLabels, isNew: boolean): string {
  const place = plainLine(path.relative(host.cwd, run) || run)
  return [
    `  ${labels} labels of ${traces} traces, by ${labelers.length === 0 ? 'nobody new' : plainLine(labelers.join(', '))}`,
    ...(known === 0 ? [] : [`  ${known} labels were there already`]),
    ...(leftOut === 0 ? [] : [`  ${leftOut} opinions on whole traces were left out: rollouts of this run only begin with those traces`]),
    ...(unmatched.traces === 0 ? [] : [`  ${unmatched.traces} traces are none of this run: line ${unmatched.lines.join(', ')}${unmatched.traces > unmatched.lines.length ? ', …' : ''}`]),
    isNew ? `  Made the run ${place}` : `  Labelled ${place}`, ''
  ].join('\n')
}
