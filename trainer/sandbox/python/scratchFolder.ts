import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { removeAll } from '../removeAll.ts'

/** A private folder for one worker whose sandbox cannot make one inside. */
export async function makeScratch(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  // macOS names its temporary folder by a link, and a sandbox decides by real paths.
  const folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), 'rollout-lab-sandbox-')))
  return { folder, remove: async () => removeAll(folder) }
}
