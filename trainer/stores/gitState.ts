import path from 'node:path'
import type { SimpleGit } from 'simple-git'
import { z } from 'zod'
import { confinedGit, optional } from './confinedGit.ts'
import { onDisk } from './diskGuard.ts'
import { writeAll } from './fileOps.ts'
import type { FileOps } from './fileOps.ts'
import { writeJsonFile } from './jsonFile.ts'
import { openNew, removePlain } from './plainFiles.ts'
import { RUN_FILES } from './runLayout.ts'
import { withoutSecrets } from './secretScan.ts'

/** A larger patch is left out: it holds data, not changes to code. */
const PATCH_LIMIT_BYTES = 8 * 1024 * 1024

/** git.json: the code that a run was made with; the uncommitted changes lie beside it in git.patch. */
export const GitRecord = z.discriminatedUnion('state', [
  z.object({ version: z.literal(1), state: z.literal('none'), why: z.enum(['not-a-repository', 'git-not-found', 'git-failed', 'not-asked']), detail: z.string() }),
  z.object({
    version: z.literal(1),
    state: z.literal('recorded'),
    /** Absent before the first commit. */
    commit: z.string().optional(),
    /** Absent on a detached head. */
    branch: z.string().optional(),
    /** Tracked files that differ from the commit, and files that git does not know, by path from the top of the repository. */
    changed: z.array(z.string()),
    untracked: z.array(z.string()),
    /** none: nothing differs; written: git.patch holds it, but for what is withheld; withheld: all of it; too-large: left out. */
    patch: z.enum(['none', 'written', 'withheld', 'too-large']),
    /** Files whose changes hold secrets, and why one thinks so. */
    withheld: z.array(z.object({ path: z.string(), why: z.string() })).optional()
  })
])
export type GitRecord = z.infer<typeof GitRecord>

/**
 * Records commit, branch and uncommitted changes of the workspace. To be called for trusted workspaces only: git runs what
 * a repository configures. Hooks, the file-system monitor, external diffs and text conversions are off all the same. Changes to files
 * that hold secrets are withheld from the patch.
 */
export async function recordGitState(workspace: string, runDirectory: string, ops: FileOps): Promise<GitRecord> {
  const { record, patch } = await askGit(workspace)
  const patchPlace = path.join(runDirectory, RUN_FILES.gitPatch)
  removePlain(ops, patchPlace)
  if (patch !== undefined) writePatch(patchPlace, patch, ops)
  writeJsonFile(path.join(runDirectory, RUN_FILES.git), record, ops)
  return record
}

/** The same where git must not be asked: nothing of the workspace is looked at. */
export function recordNoGitState(runDirectory: string, ops: FileOps): GitRecord {
  const record = none('not-asked', 'the run was started without trust for git')
  removePlain(ops, path.join(runDirectory, RUN_FILES.gitPatch))
  writeJsonFile(path.join(runDirectory, RUN_FILES.git), record, ops)
  return record
}

interface GitAnswer {
  readonly record: GitRecord
  readonly patch?: Buffer
}

async function askGit(workspace: string): Promise<GitAnswer> {
  try {
    const git = confinedGit(workspace)
    if (!(await git.checkIsRepo())) return { record: none('not-a-repository', `${workspace} is not in a git repository`) }
    return await describe(git, workspace)
  } catch (error) {
    const message = error instanceof Error ? error.message.trim().slice(0, 500) : String(error)
    return { record: none(/ENOENT/.test(message) ? 'git-not-found' : 'git-failed', message) }
  }
}

function none(why: Extract<GitRecord, { state: 'none' }>['why'], detail: string): GitRecord {
  return { version: 1, state: 'none', why, detail }
}

async function describe(git: SimpleGit, workspace: string): Promise<GitAnswer> {
  const commit = await optional(git, ['rev-parse', '--verify', '--quiet', 'HEAD'])
  const branch = await optional(git, ['symbolic-ref', '--short', '--quiet', 'HEAD'])
  const { changed, untracked } = parseStatus(await git.raw(['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=normal']))
  const state = { version: 1, state: 'recorded', ...(commit === undefined ? {} : { commit }), ...(branch === undefined ? {} : { branch }), changed, untracked } as const
  const whole = commit === undefined || changed.length === 0 ? 'none' : await readPatch(workspace)
  if (typeof whole === 'string') return { record: { ...state, patch: whole } }
  const { patch, withheld } = withoutSecrets(whole)
  if (withheld.length === 0) return { record: { ...state, patch: 'written' }, patch }
  return patch.length === 0 ? { record: { ...state, patch: 'withheld', withheld: [...withheld] } } : { record: { ...state, patch: 'written', withheld: [...withheld] }, patch }
}

/** Entries of `git status --porcelain=v1 -z`: two letters, a space, a path. */
export function parseStatus(output: string): { changed: string[]; untracked: string[] } {
  const entries = output.split('\0').filter((entry) => entry.length > 3)
  const paths = (select: (entry: string) => boolean): string[] => entries.filter(select).map((entry) => entry.slice(3))
  return { changed: paths((entry) => !entry.startsWith('??')), untracked: paths((entry) => entry.startsWith('??')) }
}

/** Bytes as git prints them: files need not be UTF-8. Stops git as soon as the patch is too large. */
async function readPatch(workspace: string): Promise<Buffer | 'too-large'> {
  const stop = new AbortController()
  const pieces: Buffer[] = []
  let bytes = 0
  const git = confinedGit(workspace, stop.signal).outputHandler((_command, stdout) => {
    stdout.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes > PATCH_LIMIT_BYTES) stop.abort()
      else pieces.push(piece)
    })
  })
  try {
    await git.raw(['diff', '--no-ext-diff', '--no-textconv', '--no-color', '--no-renames', '--src-prefix=a/', '--dst-prefix=b/', '--binary', 'HEAD'])
  } catch (error) {
    if (!stop.signal.aborted) throw error
  }
  return bytes > PATCH_LIMIT_BYTES ? 'too-large' : Buffer.concat(pieces)
}

function writePatch(place: string, patch: Buffer, ops: FileOps): void {
  const file = openNew(ops, place)
  try {
    onDisk(place, () => {
      writeAll(ops, file, patch)
      ops.sync(file)
    })
  } finally {
    ops.close(file)
  }
}
