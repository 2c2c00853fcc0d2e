import path from 'node:path'
import { LabError } from '../errors.ts'

/** macOS ends the path of a socket here, and cuts a longer one without a word. */
export const LONGEST_PIPE_BYTES = 103

/** The pipe of the trainer with this id: a socket in the private folder, or a named pipe of Windows. */
export function pipePath(folder: string, id: string): string {
  return process.platform === 'win32' ? `\\\\.\\pipe\\rollout-lab-${id}` : path.join(folder, `${id}.sock`)
}

/** @throws LabError `control/pipe-path` */
export function requireShortPipe(pipe: string): void {
  const bytes = Buffer.byteLength(pipe)
  if (process.platform === 'win32' || bytes <= LONGEST_PIPE_BYTES) return
  throw new LabError('control', 'control/pipe-path', `The path of the pipe has ${bytes} bytes; sockets allow ${LONGEST_PIPE_BYTES}: ${pipe}`, {
    place: pipe, remedy: 'Give the trainer a private folder with a shorter path.'
  })
}
