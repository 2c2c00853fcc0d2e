import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { LabError } from '../../errors.ts'

const here = path.dirname(fileURLToPath(import.meta.url))

/** The programs that run in attempts: beside the sources, and beside the bundles. */
export function runtimeFolder(): string {
  const places = [path.join(here, '..', 'runtime'), path.join(here, 'workspaceRuntime')]
  const found = places.find((place) => fs.existsSync(path.join(place, 'host.cjs')))
  if (found !== undefined) return fs.realpathSync(found)
  throw new LabError('sandbox', 'sandbox/unsupported', `The programs that run the tests of workspaces are missing: ${places.join(', ')}.`, {
    remedy: 'Install the program again.'
  })
}
