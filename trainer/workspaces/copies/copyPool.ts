import fs from 'node:fs'
import path from 'node:path'
import { openCopiesFolder } from './copiesFolder.ts'
import { exportCommit } from './exportCommit.ts'
import { guardFolder } from './folderGuard.ts'
import { copyFolder, removeAll, removeWhatGoes, restoreFolder, stateOf } from './folderState.ts'
import type { FolderState } from './folderState.ts'

/** Which files a copy holds: a commit of a repository, without some of its paths. */
export interface CopyContent {
  readonly repository: string
  readonly commit: string
  /** Names what is left out. */
  readonly role: string
  leavesOut(place: string): boolean
}

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
const MOST_ORIGINALS = 32

/** @param parent folder under which this process makes one of its own; see `defaultCopiesFolder`. */
export function createCopyPool(parent: string): CopyPool {
  const root = openCopiesFolder(parent)
  const guard = guardFolder(root)
  const originals = new Map<string, Promise<string>>()
  const idle: Kept[] = []
  let [made, closed] = [0, false]
  const nextFolder = (): string => path.join(root, String(++made))

  async function originalOf(content: CopyContent): Promise<string> {
    const whole = `${content.repository}\0${content.commit}`
    const exported = await remembered(whole, async () => {
      const folder = nextFolder()
      fs.mkdirSync(folder)
      fs.chmodSync(folder, 0o777)
      await exportCommit(content.repository, content.commit, folder)
      return folder
    })
    return remembered(`${whole}\0${content.role}`, async () => {
      const folder = nextFolder()
      copyFolder(exported, folder, (place) => content.leavesOut(place))
      return folder
    })
  }

  /** The oldest goes where there are too many; copies in use need theirs no more once they are made. */
  function remembered(key: string, make: () => Promise<string>): Promise<string> {
    const before = originals.get(key)
    if (before !== undefined) return before
    const making = make()
    originals.set(key, making)
    making.catch(() => originals.delete(key))
    return making
  }

  function forgetOld(): void {
    const inUse = new Set(idle.map(({ original }) => original))
    for (const [key, making] of [...originals].slice(0, Math.max(0, originals.size - MOST_ORIGINALS))) {
      originals.delete(key)
      void making.then((folder) => inUse.has(folder) || removeAll(folder), () => undefined)
    }
  }

  function giveBack(kept: Kept): void {
    if (closed) return
    try {
      kept.state = restoreFolder(kept.folder, kept.original, kept.state)
      idle.push(kept)
    } catch {
      // Its original was forgotten, or something in it cannot be removed: nobody gets it again.
      removeWhatGoes(kept.folder)
    }
    if (idle.length > MOST_IDLE) removeAll(idle.shift()!.folder)
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
      removeAll(root)
      guard.dismiss()
    }
  }

  async function fresh(key: string, content: CopyContent): Promise<Kept> {
    const original = await originalOf(content)
    const folder = nextFolder()
    copyFolder(original, folder)
    forgetOld()
    return { key, folder, original, state: stateOf(folder) }
  }
}
