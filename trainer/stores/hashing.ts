import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { openToRead } from './plainFiles.ts'

/** SHA-256 in hex of a plain file, read in pieces without blocking other work. */
export async function hashFile(place: string): Promise<string> {
  const hash = createHash('sha256')
  const stream = fs.createReadStream(place, { fd: openToRead(place), highWaterMark: 1024 * 1024 })
  for await (const piece of stream) hash.update(piece as Buffer)
  return hash.digest('hex')
}

/** The same at once, for small files. */
export function hashFileSync(place: string): string {
  const hash = createHash('sha256')
  const file = openToRead(place)
  try {
    const piece = Buffer.allocUnsafe(256 * 1024)
    for (let got = fs.readSync(file, piece); got > 0; got = fs.readSync(file, piece)) hash.update(piece.subarray(0, got))
  } finally {
    fs.closeSync(file)
  }
  return hash.digest('hex')
}
