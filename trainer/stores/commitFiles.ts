import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { SimpleGit } from 'simple-git'
import { LabError } from '../errors.ts'
import { confinedGit, optional } from './confinedGit.ts'

/** What a commit of some folders of a repository would hold. Paths are relative to the top of the repository, with `/`. */
export interface CommitPlan {
  /** Top folder of the repository. */
  readonly repository: string
  /** Absent on a detached head. */
  readonly branch?: string
  /** New and changed files. Files that were removed are left as they are: nothing is lost by a commit of labels. */
  readonly files: readonly string[]
  /** Files that git ignores, and the rule that says so. */
  readonly ignored: readonly string[]
  readonly ignoredBy?: IgnoreRule
}

/** A line of a file of ignore rules. */
export interface IgnoreRule {
  /** As git names it: relative to the top of the repository, or elsewhere for rules that are not the repository's. */
  readonly file: string
  readonly line: number
  readonly pattern: string
}

/** Labels by run, how git merges them, and label sets. Whatever else lies in these folders is committed by nobody who commits labels. */
const LABEL_FILE = /(^|\/)\.rollout-lab\/(labels\/([^/]+\/[^/]+\.jsonl|\.gitattributes)|label-sets\/[^/]+\.json)$/

/**
 * What of the folders of labels git would commit. To be called for trusted workspaces only, as git runs what a repository configures.
 * Undefined where the workspace is in no repository. @throws LabError `git/failed`, `git/link`
 */
export async function planCommit(workspace: string, folders: readonly string[]): Promise<CommitPlan | undefined> {
  folders.forEach(refuseLinks)
  return gitErrors(async () => {
    const git = confinedGit(workspace)
    const repository = await optional(git, ['rev-parse', '--show-toplevel'])
    const present = folders.filter((folder) => fs.existsSync(folder))
    if (repository === undefined) return undefined
    const branch = await optional(git, ['symbolic-ref', '--short', '--quiet', 'HEAD'])
    const found = present.length === 0 ? { files: [], ignored: [] } : await changesOf(confinedGit(repository), present)
    return { repository, ...found, ...(branch === undefined ? {} : { branch }) }
  })
}

async function changesOf(git: SimpleGit, folders: readonly string[]): Promise<Pick<CommitPlan, 'files' | 'ignored' | 'ignoredBy'>> {
  const paths = ['--', ...folders.map((folder) => fs.realpathSync(folder))]
  const files = (await changedFiles(git, paths)).filter((file) => LABEL_FILE.test(file))
  const ignored = entries(await git.raw(['ls-files', '--others', '--ignored', '--exclude-standard', '-z', ...paths])).filter((file) => LABEL_FILE.test(file))
  const rule = ignored.length === 0 ? undefined : await ruleFor(git, ignored[0]!)
  return { files, ignored, ...(rule === undefined ? {} : { ignoredBy: rule }) }
}

async function changedFiles(git: SimpleGit, paths: readonly string[]): Promise<string[]> {
  const status = entries(await git.raw(['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', ...paths]))
  return status.filter((entry) => !entry.slice(0, 2).includes('D')).map((entry) => entry.slice(3))
}

/** Whether a file of the repository is as its last commit has it. @throws LabError `git/failed` */
export const isUnchanged = (repository: string, file: string): Promise<boolean> =>
  gitErrors(async () => (await changedFiles(confinedGit(repository), ['--', fs.realpathSync(path.join(repository, file))])).length === 0)

/** Where a folder, or the one that it lies in, is a link, what lies elsewhere would be taken for labels. */
function refuseLinks(folder: string): void {
  const link = [folder, path.dirname(folder)].find((place) => fs.lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink())
  if (link === undefined) return
  throw new LabError('store', 'git/link', `${link} is a link: labels are committed from folders of the workspace alone.`, {
    place: link, remedy: 'Put the folder itself in the place of the link.'
  })
}

const entries = (output: string): string[] => output.split('\0').filter((entry) => entry !== '')

/** `git check-ignore -v` answers `file:line:pattern`, a tab and the path. */
async function ruleFor(git: SimpleGit, file: string): Promise<IgnoreRule | undefined> {
  const match = /^(.*?):(\d+):(.*)\t/.exec((await optional(git, ['check-ignore', '-v', '--', file])) ?? '')
  return match ? { file: match[1]!, line: Number(match[2]), pattern: match[3]! } : undefined
}

/**
 * Commits these files of the repository, ignored ones too, and nothing else: what is staged otherwise stays staged. Hooks do not
 * run. Returns the short name of the commit. @throws LabError `git/failed` with what git said
 */
export async function commitFiles(repository: string, files: readonly string[], message: string): Promise<string> {
  return gitErrors(async () => {
    const git = confinedGit(repository)
    return withList(files, async (list) => {
      // Whatever a name looks like, it names one file.
      await git.raw(['--literal-pathspecs', 'add', '--force', ...list])
      await git.raw(['--literal-pathspecs', 'commit', '--quiet', '--only', '-m', message, ...list])
      return (await git.raw(['rev-parse', '--short', 'HEAD'])).trim()
    })
  })
}

/** Names go through a file: thousands do not fit on a command line. */
async function withList<T>(files: readonly string[], work: (options: readonly string[]) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rollout-lab-commit-'))
  try {
    const list = path.join(folder, 'files')
    fs.writeFileSync(list, files.join('\0'))
    return await work([`--pathspec-from-file=${list}`, '--pathspec-file-nul'])
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

async function gitErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const said = error instanceof Error ? error.message.trim().slice(0, 500) : String(error)
    const missing = /ENOENT/.test(said)
    const remedy = missing ? 'Install git, then try again.' : /merge/i.test(said) ? 'Finish the merge first, then commit the labels.' : 'Put that right, or commit the files yourself.'
    throw new LabError('store', 'git/failed', missing ? 'git was not found.' : `git refused: ${said}`, { remedy, cause: error })
  }
}
