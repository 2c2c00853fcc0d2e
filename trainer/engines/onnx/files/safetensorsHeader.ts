import { visit } from 'jsonc-parser'
import { LabError } from '../../../errors.ts'
import { ELEMENT_BYTES, isFloatFormat } from './floatFormats.ts'
import type { FloatFormat } from './floatFormats.ts'

/** One tensor of a safetensors file; `begin` and `end` are byte offsets in the data part. */
export interface TensorEntry {
  readonly name: string
  readonly format: FloatFormat
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>
  readonly metadata: ReadonlyMap<string, string>
}

/** Larger headers are refused: a thousand layers need less than one megabyte. */
export const MAX_HEADER_BYTES = 8 * 1024 * 1024

const MAX_RANK = 8
const NAME = /^[A-Za-z0-9_]+([./:-][A-Za-z0-9_]+)*$/

/** An error about a safetensors file; `tensor` where it is one tensor's fault. */
export function brokenFile(file: string, what: string, tensor?: string): LabError {
  const about = tensor === undefined ? '' : `, tensor ${JSON.stringify(tensor.slice(0, 200))}`
  return new LabError('model', 'model/broken-safetensors', `${file}${about}: ${what}`, {
    place: tensor === undefined ? file : `${file}, ${tensor.slice(0, 200)}`,
    remedy: 'Copy or download the file again; only whole safetensors files with F32, BF16 or F16 tensors are read.'
  })
}

/** JSON.parse keeps the last of two equal keys in silence, so that two readers could see different tensors. */
function refuseDuplicateKeys(file: string, text: string): void {
  const open: Set<string>[] = []
  visit(text, {
    onObjectBegin: () => { open.push(new Set()) },
    onObjectEnd: () => { open.pop() },
    onObjectProperty: (key) => {
      const keys = open.at(-1)
      if (keys?.has(key)) throw brokenFile(file, 'the name stands twice in the header', key)
      keys?.add(key)
    }
  })
}

function parseJson(file: string, text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw brokenFile(file, `the header is not JSON (${(error as Error).message.slice(0, 200)})`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw brokenFile(file, 'the header is not a JSON object')
  try {
    refuseDuplicateKeys(file, text)
  } catch (error) {
    // Nesting deep enough to overflow the stack is nothing that a header needs.
    throw error instanceof RangeError ? brokenFile(file, 'the header is nested too deeply') : error
  }
  return value as Record<string, unknown>
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function checkedShape(file: string, name: string, shape: unknown): number[] {
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isCount)) {
    throw brokenFile(file, `shape ${JSON.stringify(shape)?.slice(0, 100)} is not a list of up to ${MAX_RANK} sizes`, name)
  }
  return shape
}

function tensorEntry(file: string, name: string, value: unknown, dataBytes: number): TensorEntry {
  if (!NAME.test(name) || name.length > 500) throw brokenFile(file, 'the name is not one of a tensor', name)
  if (typeof value !== 'object' || value === null) throw brokenFile(file, 'the entry is not an object', name)
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>
  if (!isFloatFormat(dtype)) {
    throw brokenFile(file, `dtype ${JSON.stringify(dtype)?.slice(0, 40)} is not one of ${Object.keys(ELEMENT_BYTES).join(', ')}`, name)
  }
  const sizes = checkedShape(file, name, shape)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) throw brokenFile(file, 'data_offsets are not two byte offsets', name)
  const [begin, end] = offsets as [number, number]
  if (end > dataBytes || begin > end) throw brokenFile(file, `bytes ${begin} to ${end} do not lie in the file's ${dataBytes} bytes of data`, name)
  const bytes = sizes.reduce((product, size) => product * size, ELEMENT_BYTES[dtype])
  if (bytes !== end - begin) throw brokenFile(file, `shape [${sizes.join(', ')}] of ${dtype} needs ${bytes} bytes, the offsets hold ${end - begin}`, name)
  return { name, format: dtype, shape: sizes, begin, end }
}

/** The format demands that tensors fill the data part, without holes and without overlaps. */
function checkCoverage(file: string, tensors: Iterable<TensorEntry>, dataBytes: number): void {
  let reached = 0
  for (const tensor of [...tensors].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (tensor.begin < reached) throw brokenFile(file, `starts at byte ${tensor.begin}, inside the tensor before it`, tensor.name)
    if (tensor.begin > reached) throw brokenFile(file, `leaves bytes ${reached} to ${tensor.begin} before it to no tensor`, tensor.name)
    reached = tensor.end
  }
  if (reached !== dataBytes) throw brokenFile(file, `${dataBytes - reached} bytes after the last tensor belong to none`)
}

function metadataOf(file: string, value: unknown): Map<string, string> {
  if (value === undefined) return new Map()
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (typeof value !== 'object' || !entries.every(([, text]) => typeof text === 'string')) throw brokenFile(file, '__metadata__ is not an object of strings')
  return new Map(entries as [string, string][])
}

/** Parses and checks a header against the number of data bytes that the file really has. */
export function parseHeader(file: string, text: string, dataBytes: number): SafetensorsHeader {
  const { __metadata__: metadata, ...entries } = parseJson(file, text)
  const tensors = new Map<string, TensorEntry>()
  for (const [name, value] of Object.entries(entries)) tensors.set(name, tensorEntry(file, name, value, dataBytes))
  checkCoverage(file, tensors.values(), dataBytes)
  return { tensors, metadata: metadataOf(file, metadata) }
}
