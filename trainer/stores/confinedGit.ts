import { simpleGit } from 'simple-git'
import type { SimpleGit } from 'simple-git'

const SILENCE_MS = 15_000

/** Switches off what git runs of a repository: a file that is no folder, so that no hook is found in it, on every system. */
export const CONFINED_SETTINGS: readonly string[] = ['core.fsmonitor=false', `core.hooksPath=${process.platform === 'win32' ? 'NUL' : '/dev/null'}`, 'diff.external=']

/**
 * Git about a folder that people trust: it runs what a repository configures. Hooks, the file-system monitor, external diffs
 * and text conversions are off all the same.
 */
export function confinedGit(folder: string, abort?: AbortSignal): SimpleGit {
  return simpleGit({
    baseDir: folder,
    timeout: { block: SILENCE_MS },
    config: [...CONFINED_SETTINGS],
    // The three settings above are what the library guards against; here they switch things off.
    unsafe: { allowUnsafeFsMonitor: true, allowUnsafeHooksPath: true, allowUnsafeDiffExternal: true },
    ...(abort === undefined ? {} : { abort })
  })
}

/** Output of a question to which git may have no answer (then it fails without a word). */
export async function optional(git: SimpleGit, command: string[]): Promise<string | undefined> {
  const answer = await git.raw(command).catch(() => '')
  return answer.trim() || undefined
}
