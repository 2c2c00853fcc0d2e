import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import { listTree, readObjects } from '../git/objects.ts'
import type { TreeEntry } from '../git/objects.ts'

const BATCH = 500

/** Writes the files of a commit into an empty folder, without history and without asking the work tree. */
export async function exportCommit(repository: string, commit: string, target: string): Promise<void> {
  const entries = await listTree(repository, commit)
  entries.forEach(({ path: place }) => requirePlain(place))
  for (let at = 0; at < entries.length; at += BATCH) {
    const batch = entries.slice(at, at + BATCH)
    const contents = await readObjects(repository, batch.map(({ object }) => object))
    batch.forEach((entry, index) => writeEntry(target, entry, contents[index]!))
  }
}

function writeEntry(target: string, { path: place, kind }: TreeEntry, content: Buffer): void {
  const file = path.join(target, place)
  makeFolders(target, path.posix.dirname(place))
  if (kind === 'link') writeLink(target, place, content.toString('utf8'))
  else {
    fs.writeFileSync(file, content, { flag: 'wx' })
    fs.chmodSync(file, kind === 'program' ? 0o777 : 0o666)
  }
}

/** A link is kept where it stays in the export. */
function writeLink(target: string, place: string, to: string): void {
  const leadsTo = path.relative(target, path.resolve(target, path.dirname(place), to))
  if (!path.isAbsolute(to) && leadsTo !== '..' && !leadsTo.startsWith(`..${path.sep}`)) fs.symlinkSync(to, path.join(target, place))
}

/**
 * Folders for anyone: the programs of a sandbox may run as another user. What lies above is closed to others. A link on the way is
 * refused: links of a commit may lead anywhere, taken together, and those to dependencies lead into the user's tree.
 */
export function makeFolders(root: string, folder: string): void {
  let at = root
  for (const name of folder.split('/').filter((part) => part !== '' && part !== '.')) {
    at = path.join(at, name)
    const stats = fs.lstatSync(at, { throwIfNoEntry: false })
    if (stats === undefined) {
      fs.mkdirSync(at)
      fs.chmodSync(at, 0o777)
    } else if (!stats.isDirectory()) throw badPath(folder, 'leads over a link or a file')
  }
}

/** A tree may be made by hand, with names that git itself would never write. */
export function requirePlain(place: string): void {
  const parts = place.split('/')
  if (!place.includes('\\') && !path.isAbsolute(place) && parts.every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')) return
  throw badPath(place, 'leads out of its folder or into a repository')
}

export const badPath = (place: string, why: string): LabError =>
  new LabError('environment', 'workspace/bad-path', `The path ${JSON.stringify(place.slice(0, 200))} ${why}.`, {
    remedy: 'Use paths relative to the top of the repository, with “/”, of files and folders that are no links.'
  })
