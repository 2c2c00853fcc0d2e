import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { LabError } from '../../errors.ts'
import { frame } from '../../sandbox/python/frameReader.ts'

const NAMES = ['requests', 'answers', 'callbacks']
const run = promisify(execFile)
const AGAIN_MS = 50

/** Named pipes in a folder, by which the two processes of an attempt talk; anyone who finds the folder may use them. */
export async function makePipes(folder: string): Promise<void> {
  const places = NAMES.map((name) => path.join(folder, name))
  try {
    await run('mkfifo', places)
  } catch (cause) {
    throw new LabError('sandbox', 'sandbox/unsupported', `Named pipes cannot be made in ${folder}, so tests of workspaces cannot run here.`, {
      remedy: 'Use Linux or macOS, with a TMPDIR on a local disk.', place: folder, cause
    })
  }
  for (const place of places) fs.chmodSync(place, 0o666)
}

/**
 * Tells the tests, in the candidate's place, that it has ended: again and again until `stop` is called, since whoever ends in the
 * middle of a message leaves the tests waiting for its rest.
 */
export function tellEnded(folder: string, why: string): { stop(): void } {
  const message = frame(JSON.stringify({ ended: why }))
  const file = fs.openSync(path.join(folder, 'answers'), fs.constants.O_RDWR | fs.constants.O_NONBLOCK)
  const tell = (): void => {
    try {
      fs.writeSync(file, message)
    } catch (error) {
      // Full: what lies in it is read first.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
  tell()
  const timer = setInterval(tell, AGAIN_MS)
  return {
    stop() {
      clearInterval(timer)
      fs.closeSync(file)
    }
  }
}
