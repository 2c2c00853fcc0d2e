import fs from 'node:fs'
import { removeAll } from '../../sandbox/removeAll.ts'
import { exportCommit } from './exportCommit.ts'
import { copyFolder } from './folderState.ts'

/** Which files a copy holds: a commit of a repository, without some of its paths. */
export interface CopyContent {
  readonly repository: string
  readonly commit: string
  /** Names what is left out. */
  readonly role: string
  leavesOut(place: string): boolean
}

/** What copies are made of and restored from: exports of commits, and of those what each role sees. */
export interface Originals {
  /** Made once, while it is among the newest. */
  folderOf(content: CopyContent): Promise<string>
  /** The oldest go where there are too many; copies in use need theirs no more once they are made. */
  forgetOld(ofIdle: ReadonlySet<string>): void
}

const MOST_ORIGINALS = 32

/** @param nextFolder path of a folder that does not exist yet. */
export function createOriginals(nextFolder: () => string): Originals {
  const originals = new Map<string, Promise<string>>()

  function remembered(key: string, make: () => Promise<string>): Promise<string> {
    const before = originals.get(key)
    if (before !== undefined) return before
    const making = make()
    originals.set(key, making)
    making.catch(() => originals.delete(key))
    return making
  }

  return {
    async folderOf({ repository, commit, role, leavesOut }) {
      const whole = `${repository}\0${commit}`
      const exported = await remembered(whole, async () => {
        const folder = nextFolder()
        fs.mkdirSync(folder)
        fs.chmodSync(folder, 0o777)
        await exportCommit(repository, commit, folder)
        return folder
      })
      return remembered(`${whole}\0${role}`, async () => {
        const folder = nextFolder()
        copyFolder(exported, folder, leavesOut)
        return folder
      })
    },
    forgetOld(ofIdle) {
      for (const [key, making] of [...originals].slice(0, Math.max(0, originals.size - MOST_ORIGINALS))) {
        originals.delete(key)
        void making.then((folder) => ofIdle.has(folder) || removeAll(folder), () => undefined)
      }
    }
  }
}
