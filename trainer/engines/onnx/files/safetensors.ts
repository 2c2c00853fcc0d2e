/**
 * Reading and writing of safetensors files (https://github.com/huggingface/safetensors, "Format"): an 8-byte little-endian
 * header length, a JSON header, the tensors' bytes. Written here because no maintained Node package does both; the checks
 * matter more than the parsing, since model files come from strangers.
 */
import { open, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { ELEMENT_BYTES, readFloats, toBfloat16 } from './floatFormats.ts'
import { brokenFile, MAX_HEADER_BYTES, parseHeader } from './safetensorsHeader.ts'
import type { SafetensorsHeader, TensorEntry } from './safetensorsHeader.ts'

const CHUNK_BYTES = 4 * 1024 * 1024

async function readExactly(handle: FileHandle, file: string, buffer: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < buffer.byteLength) {
    const { bytesRead } = await handle.read(buffer, done, buffer.byteLength - done, position + done)
    if (bytesRead === 0) throw brokenFile(basename(file), `ends at byte ${position + done}, in the middle of its data`)
    done += bytesRead
  }
}

/** An open safetensors file whose header has been checked against its size. Nothing but the header is in memory. */
export class SafetensorsFile {
  readonly header: SafetensorsHeader
  readonly #handle: FileHandle
  readonly #file: string
  readonly #dataStart: number

  private constructor(handle: FileHandle, file: string, header: SafetensorsHeader, dataStart: number) {
    this.#handle = handle
    this.#file = file
    this.header = header
    this.#dataStart = dataStart
  }

  /** Rejects with `model/broken-safetensors`; `file` must be a regular file. */
  static async open(file: string): Promise<SafetensorsFile> {
    const name = basename(file)
    // Opening a pipe or a device could wait for ever, so this is asked first.
    if (!(await stat(file)).isFile()) throw brokenFile(name, 'is not a regular file')
    const handle = await open(file, 'r')
    try {
      const { size } = await handle.stat()
      if (size < 8) throw brokenFile(name, `${size} bytes are too few for a header`)
      const prefix = Buffer.alloc(8)
      await readExactly(handle, file, prefix, 0)
      const length = prefix.readBigUInt64LE()
      if (length > BigInt(size - 8)) throw brokenFile(name, `the header says it has ${length} bytes, the file ends after ${size - 8}`)
      if (length > BigInt(MAX_HEADER_BYTES)) throw brokenFile(name, `the header has ${length} bytes; at most ${MAX_HEADER_BYTES} are read`)
      const text = Buffer.alloc(Number(length))
      await readExactly(handle, file, text, 8)
      const header = parseHeader(name, text.toString('utf8'), size - 8 - text.length)
      return new SafetensorsFile(handle, file, header, 8 + text.length)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Reads a tensor's values into `target`, which has exactly its number of elements. */
  async read(tensor: TensorEntry, target: Float32Array): Promise<void> {
    const elementBytes = ELEMENT_BYTES[tensor.format]
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, tensor.end - tensor.begin))
    for (let at = tensor.begin; at < tensor.end; at += chunk.length) {
      const bytes = chunk.subarray(0, Math.min(chunk.length, tensor.end - at))
      await readExactly(this.#handle, this.#file, bytes, this.#dataStart + at)
      const from = (at - tensor.begin) / elementBytes
      readFloats(tensor.format, bytes, target.subarray(from, from + bytes.length / elementBytes))
    }
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

/** A tensor to write, in row-major order. */
export interface TensorData {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array
}

function headerBytes(tensors: readonly TensorData[], dtype: 'F32' | 'BF16', metadata: Readonly<Record<string, string>>): Buffer {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const { name, shape, values } of tensors) {
    const end = offset + values.length * ELEMENT_BYTES[dtype]
    header[name] = { dtype, shape, data_offsets: [offset, end] }
    offset = end
  }
  const text = JSON.stringify(header)
  // Spaces after the JSON keep the data aligned to 8 bytes, as the reference writer does.
  const body = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(body.length))
  return Buffer.concat([length, body])
}

/**
 * Writes the tensors in the given order, as F32 or as BF16 rounded to nearest even, and flushes them to the disk. A file of
 * that name is replaced, a link never followed.
 */
export async function writeSafetensors(
  file: string, tensors: readonly TensorData[], dtype: 'F32' | 'BF16', metadata: Readonly<Record<string, string>>
): Promise<void> {
  await rm(file, { force: true })
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(headerBytes(tensors, dtype, metadata))
    for (const { values } of tensors) {
      const data = dtype === 'F32' ? values : toBfloat16(values)
      await handle.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}
