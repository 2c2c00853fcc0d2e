import { LabError } from '../../errors.ts'
import { LABELS_VERSION, LabelRecord } from '../../protocol/label.ts'
import type { LabelFault } from '../../protocol/label.ts'
import { isTooDeep, TOO_DEEP } from '../../stores/jsonDepth.ts'

/** Longest line of a label file, in bytes: one text of 100,000 units, each escaped, and what stands around it. */
export const LABEL_LINE_BYTES = 1024 * 1024

export interface ParsedLabelLine {
  readonly records: readonly LabelRecord[]
  readonly fault?: Pick<LabelFault, 'code' | 'message'>
}

const NOTHING: ParsedLabelLine = { records: [] }
const CONFLICT = /^(<{7}|\|{7}|={7}|>{7})( |$)/
/** Where a record begins; never inside a JSON string, in which quotes are escaped. */
const RECORD_BEGINS = /(?=\{"version":)/
const MOST_PIECES = 1000

/** A record as its line, with the newline. @throws LabError `label/too-long` */
export function labelLine(record: LabelRecord): Buffer {
  const line = Buffer.from(`${JSON.stringify(record)}\n`)
  if (line.length <= LABEL_LINE_BYTES) return line
  throw new LabError('dataset', 'label/too-long', `The label takes ${line.length} bytes, more than the ${LABEL_LINE_BYTES} that a line may have.`, { remedy: 'Shorten its text.' })
}

/** Records of a line of a label file. `ended`: a newline follows; a line without one may have been cut off by a kill. */
export function parseLabelLine(text: string, ended: boolean): ParsedLabelLine {
  const line = text.replace(/^\uFEFF/, '').trim()
  if (line === '') return NOTHING
  if (CONFLICT.test(line)) return fault('mergeConflict', `a mark of a merge conflict (${line.slice(0, 40)}); the records around it are read`)
  const value = parseJson(line)
  if (value === undefined) return salvage(line, ended)
  return parseValue(value)
}

/** Records that stand whole after a torn one, or glued to another, on one line. */
function salvage(line: string, ended: boolean): ParsedLabelLine {
  const pieces = line.split(RECORD_BEGINS, MOST_PIECES).flatMap((piece) => parseJson(piece) ?? [])
  const records = pieces.flatMap((piece) => parseValue(piece).records)
  const kept = records.length === 0 ? '' : `; ${records.length} whole record(s) in it are read`
  if (!ended && records.length === 0) return fault('tornLine', 'the last line is cut off: its writer was stopped while writing it')
  return { records, fault: { code: 'notJson', message: `not one JSON record${kept}` } }
}

function parseValue(value: unknown): ParsedLabelLine {
  const { version } = (value ?? {}) as { version?: unknown }
  if (typeof version === 'number' && version > LABELS_VERSION) {
    return fault('newerVersion', `written by a newer version (${version}; this one reads ${LABELS_VERSION}): update to read it`)
  }
  if (isTooDeep(value)) return fault('notALabel', `no label: ${TOO_DEEP}`)
  const result = LabelRecord.safeParse(value)
  if (result.success) return { records: [result.data] }
  const issue = result.error.issues[0]
  return fault('notALabel', `no label: ${issue?.path.join('.') || 'the record'}: ${issue?.message ?? 'is wrong'}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const fault = (code: LabelFault['code'], message: string): ParsedLabelLine => ({ records: [], fault: { code, message } })
