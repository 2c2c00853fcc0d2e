import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LabError } from '../errors.ts'
import { readModuleSources } from '../sandbox/modules/moduleSources.ts'
import { approve, listApproved, revoke } from '../sandbox/modules/trust.ts'
import type { Approval } from '../sandbox/modules/trust.ts'

/** A module whose content was approved, with all files that the approval covers. */
export interface TrustedModule {
  readonly entry: string
  readonly hash: string
  readonly files: readonly string[]
}

/** Lasting approval of modules by content: the list lies with the user, outside of every workspace. */
export interface TrustedModules {
  /**
   * @param workspace folder that the module and all that it imports must lie in.
   * @param expected hash of what was read; undefined is answered, and nothing approved, where something else lies there now.
   */
  approve(path: string, workspace: string, expected?: string): TrustedModule | undefined
  list(): readonly Approval[]
  /** Takes back what was approved of a file (absolute path), or the approval with a hash that begins so. */
  revoke(which: { readonly path: string; readonly hash: string }): readonly Approval[]
}

/** Fewer characters of a hash could mean another module than was meant. */
const SHORTEST_HASH = 8

export function trustedModules(approvalsFile: string): TrustedModules {
  return {
    approve: (path, workspace, expected) => {
      const module = readModuleSources(path, workspace)
      if (expected !== undefined && module.hash !== expected) return undefined
      approve(module, approvalsFile, new Date())
      return { entry: module.entry, hash: module.hash, files: Object.keys(module.sources).map((url) => fileURLToPath(url)) }
    },
    list: () => listApproved(approvalsFile),
    revoke: ({ path, hash }) => {
      const meant = (one: Approval): boolean => one.path === path || (hash.length >= SHORTEST_HASH && one.hash.startsWith(hash))
      const found = listApproved(approvalsFile).filter(meant)
      if (found.length === 0) throw notApproved(path)
      for (const one of found) revoke(one.hash, approvalsFile)
      return found
    }
  }
}

/** The folder that a module named on the command line is confined to: where people stand, or its own where it lies elsewhere. */
export function workspaceOf(module: string, cwd: string): string {
  const inside = relative(cwd, module)
  return inside.startsWith('..') || inside === '' ? dirname(module) : cwd
}

function notApproved(path: string): LabError {
  return new LabError('usage', 'usage/not-approved', `Nothing was approved under ${path}.`, {
    place: path, remedy: 'Name the file, or at least 8 characters of the hash, as `lab trust list` shows them.'
  })
}
