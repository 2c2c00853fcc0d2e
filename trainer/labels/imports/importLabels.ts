import path from 'node:path'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { LabError } from '../../errors.ts'
import type { LabelRecordInput } from '../../protocol/label.ts'
import { promptKey } from '../../protocol/labelRows.ts'
import { grouped } from '../store/grouped.ts'
import { openLabelWriter } from '../store/labelLog.ts'
import type { LabelWriter } from '../store/labelLog.ts'
import { readLabels } from '../store/labelReader.ts'
import { importedLabels } from './importedLabels.ts'
import { makeImportedRun } from './importedRun.ts'
import { KnownTraces } from './knownTraces.ts'
import { readTraces } from './readTraces.ts'
import type { ImportSource } from './readTraces.ts'

export interface ImportTarget {
  /** An existing run whose rollouts the traces are looked for among, or the directory of a run to make of them. */
  readonly run: string
  readonly isNew: boolean
  readonly labelsFolder: string
  /** For files that name no labeler. */
  readonly labeler: string
  readonly now: Date
}

export interface ImportedLabels {
  readonly run: string
  readonly traces: number
  /** Written now, and there already. */
  readonly labels: number
  readonly known: number
  readonly labelers: readonly string[]
  /** Opinions on whole traces with which rollouts of the run only begin. */
  readonly leftOut: number
  /** Lines, from 1, of traces that the run does not have; the first of them. */
  readonly unmatched: { readonly traces: number; readonly lines: readonly number[] }
}

const BATCH = 2000
const LINES_LISTED = 10

/**
 * Takes over the labels of a file. A file with a bad line gives nothing. @throws LabError `dataset/bad-line` naming lines,
 * fields and values; `dataset/no-match` where the run has none of the traces
 */
export async function importLabels(source: ImportSource, target: ImportTarget): Promise<ImportedLabels> {
  const traces = readTraces(source)
  // The file is looked through before anything is made.
  const first = traces.next()
  if (first.done === true) throw new LabError('dataset', 'dataset/empty', `The file ${source.file} has no traces.`, { place: source.file, remedy: 'Give a file with labelled traces.' })
  return target.isNew ? intoNewRun(source, target) : intoRun(source, target)
}

async function intoNewRun(source: ImportSource, target: ImportTarget): Promise<ImportedLabels> {
  const run = await makeImportedRun({ directory: target.run, file: source.file, now: target.now })
  const labels = new LabelSink(target.labelsFolder)
  try {
    let traces = 0
    for (const trace of readTraces(source)) {
      const rollout = run.add(trace)
      labels.add(importedLabels(trace, source, { run: path.basename(run.path), rollout, stepOf: (step) => step, whole: true, labeler: target.labeler, now: target.now.toISOString() }))
      if (++traces % BATCH === 0) await yieldToOthers()
    }
    await run.finish()
    return { run: run.path, traces, ...labels.finish(), leftOut: 0, unmatched: { traces: 0, lines: [] } }
  } finally {
    run.close()
  }
}

async function intoRun(source: ImportSource, target: ImportTarget): Promise<ImportedLabels> {
  const prompts = new Set<string>()
  for (const { prompt } of readTraces(source)) prompts.add(promptKey(prompt))
  const known = await KnownTraces.read(target.run, prompts)
  const labels = new LabelSink(target.labelsFolder)
  const unmatched = { traces: 0, lines: [] as number[] }
  let [traces, leftOut] = [0, 0]
  for (const trace of readTraces(source)) {
    traces++
    const found = known.find(trace)
    if (found !== undefined) {
      const taken = importedLabels(trace, source, { run: path.basename(target.run), ...found, labeler: target.labeler, now: target.now.toISOString() })
      labels.add(taken)
      leftOut += trace.opinions.length - taken.length
      continue
    }
    unmatched.traces++
    if (unmatched.lines.length < LINES_LISTED) unmatched.lines.push(trace.line)
  }
  if (unmatched.traces === traces) throw noMatch(source, target, traces)
  return { run: target.run, traces, ...labels.finish(), leftOut, unmatched }
}

function noMatch({ file }: ImportSource, { run }: ImportTarget, traces: number): LabError {
  return new LabError('dataset', 'dataset/no-match', `The run ${path.basename(run)} has none of the ${traces} traces of ${file}: no rollout with the same prompt begins with the same steps.`, {
    place: file, remedy: 'Name the run that the traces come from, or leave --run out to make a run of them.'
  })
}

/** Writes labels by labeler, those that are there already left out. */
class LabelSink {
  readonly #folder: string
  readonly #known: Set<string>
  readonly #writers = new Map<string, LabelWriter>()
  readonly #pending: LabelRecordInput[] = []
  #written = 0
  #skipped = 0

  constructor(folder: string) {
    this.#folder = folder
    this.#known = new Set(readLabels(folder).records.map(({ id }) => id))
  }

  add(labels: readonly LabelRecordInput[]): void {
    for (const label of labels) {
      if (this.#known.has(label.id)) this.#skipped++
      else this.#pending.push(label)
      this.#known.add(label.id)
    }
    if (this.#pending.length >= BATCH) this.#flush()
  }

  finish(): { readonly labels: number; readonly known: number; readonly labelers: readonly string[] } {
    this.#flush()
    for (const writer of this.#writers.values()) writer.close()
    return { labels: this.#written, known: this.#skipped, labelers: [...this.#writers.keys()].sort() }
  }

  #flush(): void {
    for (const [labeler, labels] of grouped(this.#pending, (label) => label.labeler)) this.#writer(labeler).append(labels)
    this.#written += this.#pending.length
    this.#pending.length = 0
  }

  #writer(labeler: string): LabelWriter {
    const writer = this.#writers.get(labeler) ?? openLabelWriter({ folder: this.#folder, labeler })
    this.#writers.set(labeler, writer)
    return writer
  }
}
