import fs from 'node:fs'
import path from 'node:path'
import { removeAll } from '../../sandbox/removeAll.ts'
import { openCopiesFolder } from './copiesFolder.ts'
import { guardFolder } from './folderGuard.ts'
import { copyFolder, removeWhatGoes, restoreFolder, stateOf } from './folderState.ts'
import type { FolderState } from './folderState.ts'
import { createOriginals } from './originals.ts'
import type { CopyContent } from './originals.ts'

/** A folder to be changed at will, until it is given back. */
export interface Copy {
  readonly folder: string
  /** Cleans it for the next, or throws it away. */
  giveBack(): void
}

export interface CopyPool {
  take(content: CopyContent): Promise<Copy>
  /** An empty folder, passed through by anyone and listed by nobody else. */
  emptyFolder(): Copy
  close(): void
}

interface Kept {
  readonly key: string
  readonly folder: string
  readonly original: string
  state: FolderState
}

const MOST_IDLE = 16

/** @param parent folder under which this process makes one of its own; see `defaultCopiesFolder`. */
export function createCopyPool(parent: string): CopyPool {
  const root = openCopiesFolder(parent)
  const guard = guardFolder(root)
  const idle: Kept[] = []
  /** In use or idle. */
  const copies = new Set<Kept>()
  let [made, closed] = [0, false]
  const nextFolder = (): string => path.join(root, String(++made))
  const originals = createOriginals(nextFolder)

  function giveBack(kept: Kept): void {
    if (closed) return
    try {
      kept.state = restoreFolder(kept.folder, kept.original, kept.state)
      idle.push(kept)
    } catch {
      // Something in it cannot be removed: nobody gets it again.
      discard(kept)
    }
    if (idle.length > MOST_IDLE) discard(idle.shift()!)
  }

  function discard(kept: Kept): void {
    copies.delete(kept)
    removeWhatGoes(kept.folder)
  }

  return {
    async take(content) {
      const key = `${content.repository}\0${content.commit}\0${content.role}`
      const at = idle.findIndex((one) => one.key === key)
      const kept = at >= 0 ? idle.splice(at, 1)[0]! : await fresh(key, content)
      return { folder: kept.folder, giveBack: () => giveBack(kept) }
    },
    emptyFolder() {
      const folder = nextFolder()
      fs.mkdirSync(folder)
      fs.chmodSync(folder, 0o711)
      return { folder, giveBack: () => removeAll(folder) }
    },
    close() {
      closed = true
      removeWhatGoes(root)
      // What a dying command still writes to is the guard's to remove.
      if (!fs.existsSync(root)) guard.dismiss()
    }
  }

  async function fresh(key: string, content: CopyContent): Promise<Kept> {
    const original = await originals.folderOf(content)
    const folder = nextFolder()
    copyFolder(original, folder)
    const kept = { key, folder, original, state: stateOf(folder) }
    copies.add(kept)
    originals.forgetOld(new Set([...copies].map((copy) => copy.original)))
    return kept
  }
}
