import { randomBytes } from 'node:crypto'
import fs from 'node:fs'

/**
 * Makes a lock file by a link to a file that is written already, so that it is there with its whole content or not at all. A lock whose
 * content does not live (`lives`) is taken away first. Answers undefined when it was made, else the content of the living one.
 */
export function claimLock(place: string, content: string, lives: (content: string) => boolean): string | undefined {
  const draft = `${place}.${randomBytes(8).toString('hex')}`
  fs.writeFileSync(draft, content, { mode: 0o600, flag: 'wx' })
  try {
    while (!linked(draft, place)) {
      const other = contentOf(place)
      if (other === undefined) continue
      if (lives(other)) return other
      removeDead(place, other, `${draft}.dead`)
    }
    return undefined
  } finally {
    fs.rmSync(draft, { force: true })
  }
}

function linked(draft: string, place: string): boolean {
  try {
    fs.linkSync(draft, place)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Two processes may judge the same dead lock; the one that finds it has moved another one puts it back. */
function removeDead(place: string, judged: string, moved: string): void {
  try {
    fs.renameSync(place, moved)
    if (contentOf(moved) !== judged) fs.linkSync(moved, place)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error
  } finally {
    fs.rmSync(moved, { force: true })
  }
}

/** What a lock says; undefined where there is none. */
export function contentOf(place: string): string | undefined {
  try {
    return fs.readFileSync(place, 'utf8')
  } catch {
    // Released meanwhile.
    return undefined
  }
}
