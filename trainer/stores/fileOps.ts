import fs from 'node:fs'
import writeFileAtomic from 'write-file-atomic'

/**
 * Every change that the stores make to a disk. One interface, so that tests can let any single operation fail (disk full)
 * or be the last one before the process dies.
 */
export interface FileOps {
  open(path: string, flags: number): number
  /** Bytes really written; may be fewer than asked for. */
  write(file: number, bytes: Uint8Array, offset: number): number
  truncate(file: number, length: number): void
  sync(file: number): void
  close(file: number): void
  rename(from: string, to: string): void
  link(existing: string, name: string): void
  unlink(path: string): void
  makeFolder(path: string): void
  /** Removes a folder and what is in it; links in it are removed, never followed. */
  removeFolder(path: string): void
  /** Replaces a whole small file: readers see the old or the new content, never a mixture. */
  replace(path: string, content: string): void
}

/** The real disk. */
export const diskFileOps: FileOps = {
  open: (path, flags) => fs.openSync(path, flags, 0o644),
  write: (file, bytes, offset) => fs.writeSync(file, bytes, offset),
  truncate: (file, length) => fs.ftruncateSync(file, length),
  sync: (file) => fs.fsyncSync(file),
  close: (file) => fs.closeSync(file),
  rename: (from, to) => fs.renameSync(from, to),
  link: (existing, name) => fs.linkSync(existing, name),
  unlink: (path) => fs.unlinkSync(path),
  makeFolder: (path) => fs.mkdirSync(path),
  removeFolder: (path) => fs.rmSync(path, { recursive: true }),
  replace: (path, content) => writeFileAtomic.sync(path, content, { fsync: true })
}

export function writeAll(ops: FileOps, file: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; ) offset += ops.write(file, bytes, offset)
}

/** Makes a rename or unlink within the folder survive a power cut. Windows cannot open folders and needs no such thing. */
export function syncFolder(ops: FileOps, folder: string): void {
  if (process.platform === 'win32') return
  const file = ops.open(folder, fs.constants.O_RDONLY)
  try {
    ops.sync(file)
  } finally {
    ops.close(file)
  }
}
