import path from 'node:path'
import { LabError } from '../../errors.ts'
import { faultOf } from '../../labels/imports/badLine.ts'
import { newLabelId } from '../../labels/store/labelId.ts'
import { openLabelWriter } from '../../labels/store/labelLog.ts'
import type { LabelWriter } from '../../labels/store/labelLog.ts'
import { readLabels } from '../../labels/store/labelReader.ts'
import { LABELS_VERSION } from '../../protocol/label.ts'
import type { LabelRecord, LabelRecordInput } from '../../protocol/label.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { inputLines } from '../labels/inputLines.ts'
import type { InputLine } from '../labels/inputLines.ts'
import { labelledRun } from '../labels/labelledRun.ts'
import { NewLabelLine } from '../labels/newLabelLine.ts'
import { RolloutPlaces } from '../labels/rolloutPlaces.ts'

export interface LabelsAddOptions {
  /** File of JSON lines, or `-`. */
  readonly from: string
  readonly labeler: string
  readonly labels?: string
}

/**
 * Writes labels given as JSON lines. Each line is answered, once it is on the disk, by the record that was written, in order; a
 * line that cannot be used by `{"error", "line"}`, which makes the exit code 1. A label whose id is there already is answered
 * by what is there.
 */
export async function labelsAddCommand(host: Host, run: string, { from, labeler, labels }: LabelsAddOptions): Promise<ExitCode> {
  const { directory, folder } = labelledRun(host, run, labels)
  const places = new RolloutPlaces(directory)
  const known = new Map(readLabels(folder).records.map((record) => [record.id, record]))
  const writer = openLabelWriter({ folder, labeler })
  const clock = risingClock()
  let failed = false
  for await (const lines of inputLines(host, from)) {
    const given = lines.map(parseLine)
    await places.read(given.flatMap((line) => ('label' in line && line.label.anchor === undefined ? [line.label.rollout] : [])))
    const answers = write(given.map((line) => recordOf(line, { places, known, run: path.basename(directory), labeler, clock })), writer, known)
    failed ||= answers.some((answer) => 'error' in answer)
    host.stdout.write(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''))
  }
  return failed ? EXIT.failed : EXIT.finished
}

interface Fault {
  readonly error: string
  readonly line: number
}
type Given = Fault | { readonly label: NewLabelLine; readonly line: number }

function parseLine({ line, text }: InputLine): Given {
  try {
    const value: unknown = JSON.parse(text)
    const result = NewLabelLine.safeParse(value)
    if (result.success) return { label: result.data, line }
    const { field, what } = faultOf(line, value, result.error)
    return { error: `${field || 'the record'} ${what}`, line }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { error: 'not valid JSON', line }
  }
}

interface Surroundings {
  readonly places: RolloutPlaces
  readonly known: ReadonlyMap<string, LabelRecord>
  readonly run: string
  readonly labeler: string
  readonly clock: () => Date
}

/** No two labels of one input have the same time: ids that people give do not sort in the order of the lines. */
function risingClock(): () => Date {
  let last = 0
  return () => new Date((last = Math.max(Date.now(), last + 1)))
}

function recordOf(given: Given, { places, known, run, labeler, clock }: Surroundings): Fault | LabelRecordInput {
  if ('error' in given) return given
  const { id = newLabelId(), rollout, opinion, source, draft, qualityControl, seconds, blind, suggestedBy, replaces } = given.label
  const written = known.get(id)
  if (written !== undefined) return written
  try {
    const { anchor, problemId } = places.placeOf(given.label)
    const optional = { ...(suggestedBy === undefined ? {} : { suggestedBy }), ...(replaces === undefined ? {} : { replaces }) }
    return { version: LABELS_VERSION, id, labeler, at: clock().toISOString(), run, rollout, problemId, anchor, opinion, source, draft, qualityControl, seconds, blind, ...optional }
  } catch (error) {
    if (!LabError.is(error)) throw error
    return { error: `${error.message} ${error.remedy}`, line: given.line }
  }
}

/** Those that are new, in one piece; twice the same id is once the same label. */
function write(lines: readonly (Fault | LabelRecordInput)[], writer: LabelWriter, known: Map<string, LabelRecord>): (Fault | LabelRecord)[] {
  const fresh = new Map(lines.flatMap((line) => ('error' in line || known.has(line.id) ? [] : [[line.id, line] as const])))
  for (const record of writer.append([...fresh.values()])) known.set(record.id, record)
  return lines.map((line) => ('error' in line ? line : known.get(line.id)!))
}
