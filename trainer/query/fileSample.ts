import fs from 'node:fs'
import { onDisk } from '../stores/diskGuard.ts'
import { openToRead, plainKind } from '../stores/plainFiles.ts'

/** Lines of a file, whole ones only, from a window of bytes at each of `windows` evenly spaced places; all of a small file. */
export function sampleLines(place: string, windows: number, windowBytes: number): string[][] {
  if (plainKind(place) !== 'file') return []
  const file = openToRead(place)
  try {
    const { size } = fs.fstatSync(file)
    if (size <= windows * windowBytes) return wholeLines(read(file, place, 0, size), true).map((line) => [line])
    return Array.from({ length: windows }, (_, i) => {
      const from = Math.floor(((size - windowBytes) * i) / Math.max(1, windows - 1))
      return wholeLines(read(file, place, from, windowBytes), from === 0)
    })
  } finally {
    fs.closeSync(file)
  }
}

/** The last whole lines of a file within so many bytes, oldest first. */
export function lastLines(place: string, bytes: number): string[] {
  if (plainKind(place) !== 'file') return []
  const file = openToRead(place)
  try {
    const { size } = fs.fstatSync(file)
    const from = Math.max(0, size - bytes)
    return wholeLines(read(file, place, from, size - from), from === 0)
  } finally {
    fs.closeSync(file)
  }
}

function read(file: number, place: string, from: number, bytes: number): string {
  const content = Buffer.alloc(bytes)
  const got = onDisk(place, () => fs.readSync(file, content, 0, bytes, from))
  return content.toString('utf8', 0, got)
}

function wholeLines(text: string, fromStart: boolean): string[] {
  const lines = text.split('\n')
  lines.pop()
  if (!fromStart) lines.shift()
  return lines.filter((line) => line !== '')
}

/** The value of a line, or undefined where it is none. */
export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // A damaged line says nothing.
    return undefined
  }
}
