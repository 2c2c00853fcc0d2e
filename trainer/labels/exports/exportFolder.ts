import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import { onDisk } from '../../stores/diskGuard.ts'

/** Makes the folder of an export. @throws LabError `usage/folder-exists` where something lies there already */
export function makeExportFolder(wanted: string): string {
  const folder = path.resolve(wanted)
  onDisk(folder, () => fs.mkdirSync(folder, { recursive: true }))
  if (onDisk(folder, () => fs.readdirSync(folder)).length === 0) return onDisk(folder, () => fs.realpathSync(folder))
  throw new LabError('usage', 'usage/folder-exists', `The folder ${folder} is not empty.`, { place: folder, remedy: 'Give a folder that does not exist yet, or an empty one, with --out.' })
}

/** A name that is free: `<lab folder>/datasets/<run>--<time>`, beside the labels of the run. `labelsFolder` is `<lab folder>/labels/<run>`. */
export function defaultExportFolder(labelsFolder: string, now: Date): string {
  const time = now.toISOString().replace(/[-:]/g, '').slice(0, 15).replace('T', '-')
  const wanted = path.join(path.dirname(path.dirname(labelsFolder)), 'datasets', `${path.basename(labelsFolder)}--${time}`)
  let folder = wanted
  for (let more = 2; fs.existsSync(folder); more++) folder = `${wanted}-${more}`
  return folder
}
