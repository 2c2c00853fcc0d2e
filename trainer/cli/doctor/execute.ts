import { execFile } from 'node:child_process'

export interface Executed {
  /** null where the program does not exist or did not end in time. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly exists: boolean
}

/** Runs a program without a shell; never rejects. */
export type Execute = (file: string, args: readonly string[], seconds?: number) => Promise<Executed>

export const execute: Execute = (file, args, seconds = 20) =>
  new Promise((resolve) => {
    execFile(file, [...args], { timeout: seconds * 1000, maxBuffer: 1_000_000, windowsHide: true }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      resolve({ code, stdout, stderr, exists: (error as NodeJS.ErrnoException | null)?.code !== 'ENOENT' })
    })
  })
