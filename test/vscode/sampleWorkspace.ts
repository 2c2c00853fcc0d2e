import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const samples = fileURLToPath(new URL('../../samples', import.meta.url))

/** A copy of the samples below `home`, to open as a workspace and to write runs into. */
export function sampleWorkspace(home: string): string {
  const folder = join(home, 'samples')
  cpSync(samples, folder, { recursive: true, filter: (path) => !path.includes('.rollout-lab') })
  return folder
}
