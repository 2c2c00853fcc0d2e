import fs from 'node:fs'
import { exportCommit } from './exportCommit.ts'
import { copyFolder, removeWhatGoes } from './folderState.ts'

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
  /** Made once, while it is among the last that were asked for. */
  folderOf(content: CopyContent): Promise<string>
  /** Where there are too many, those that were not asked for the longest go, but for those that copies are restored from. */
  forgetOld(ofCopies: ReadonlySet<string>): void
}

interface Original {
  readonly making: Promise<string>
  /** Once it is made. */
  folder?: string
}

const MOST_ORIGINALS = 32

/** @param nextFolder path of a folder that does not exist yet. */
export function createOriginals(nextFolder: () => string): Originals {
  /** The last asked for is the last. */
  const originals = new Map<string, Original>()

  function remembered(key: string, make: () => Promise<string>): Promise<string> {
    const original = originals.get(key) ?? begun(key, make)
    originals.delete(key)
    originals.set(key, original)
    return original.making
  }

  function begun(key: string, make: () => Promise<string>): Original {
    const original: Original = { making: make() }
    original.making.then((folder) => { original.folder = folder }, () => originals.delete(key))
    return original
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
    forgetOld(ofCopies) {
      const unused = [...originals].flatMap(([key, { folder }]) => (folder === undefined || ofCopies.has(folder) ? [] : [{ key, folder }]))
      for (const { key, folder } of unused.slice(0, Math.max(0, originals.size - MOST_ORIGINALS))) {
        originals.delete(key)
        removeWhatGoes(folder)
      }
    }
  }
}
