import fs from 'node:fs'
import path from 'node:path'

/** Removes whatever lies there, also folders that were closed to their owner. */
export function removeAll(place: string): void {
  const stats = fs.lstatSync(place, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (stats.isDirectory()) {
    fs.chmodSync(place, 0o700)
    for (const name of fs.readdirSync(place)) removeAll(path.join(place, name))
    fs.rmdirSync(place)
  } else fs.unlinkSync(place)
}
