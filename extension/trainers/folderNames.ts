import { realpathSync } from 'node:fs'
import path from 'node:path'

/** The folders that a window has names for. Runs folders come first: one below a workspace folder may itself be a link that leads out of it. */
export const namedFolders = (runsFolders: readonly string[], workspaceFolders: readonly string[]): readonly string[] => [...runsFolders, ...workspaceFolders]

/** Paths as a window names them: a workspace that is opened through a link lies elsewhere for the system. The first folder that holds a path names it. */
export class FolderNames {
  readonly #named: () => readonly string[]
  readonly #real = new Map<string, string>()

  constructor(named: () => readonly string[]) {
    this.#named = named
  }

  /** The window's name of what has this real path. */
  shown(real: string): string {
    for (const folder of this.#named()) {
      const inside = path.relative(this.#realPath(folder), real)
      if (inside !== '' && !inside.startsWith('..') && !path.isAbsolute(inside)) return path.join(folder, inside)
    }
    return real
  }

  #realPath(folder: string): string {
    const known = this.#real.get(folder)
    if (known !== undefined) return known
    try {
      const real = realpathSync(folder)
      this.#real.set(folder, real)
      return real
    } catch {
      // Gone: what lies in it keeps the name that it is asked by.
      return folder
    }
  }
}
