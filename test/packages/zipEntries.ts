import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'

export interface ZipEntry {
  readonly name: string
  /** Bytes, unpacked. */
  readonly size: number
  readonly content: () => Buffer
}

const END = 0x06054b50
const ENTRY = 0x02014b50

/** Entries of a ZIP archive by its central directory (APPNOTE 4.3; neither encryption nor ZIP64). */
export function zipEntries(path: string): ZipEntry[] {
  const zip = readFileSync(path)
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  if (end < 0 || zip.readUInt32LE(end) !== END) throw new Error(`${path} is no ZIP archive.`)
  const entries: ZipEntry[] = []
  for (let at = zip.readUInt32LE(end + 16), left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== ENTRY) throw new Error(`${path}: entry ${entries.length} is damaged.`)
    const [nameLength, extraLength, commentLength] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)]
    entries.push(entryAt(zip, at, zip.toString('utf8', at + 46, at + 46 + nameLength)))
    at += 46 + nameLength + extraLength + commentLength
  }
  return entries
}

function entryAt(zip: Buffer, at: number, name: string): ZipEntry {
  const [method, packed, size, local] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 24), zip.readUInt32LE(at + 42)]
  const content = (): Buffer => {
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const bytes = zip.subarray(start, start + packed)
    return method === 0 ? Buffer.from(bytes) : inflateRawSync(bytes)
  }
  return { name, size, content }
}
