import { spawn } from 'node:child_process'
import { LabError } from '../../errors.ts'
import { CONFINED_SETTINGS } from '../../stores/confinedGit.ts'

/** An entry of a commit's tree. Submodules are left out: their content is not in the repository. */
export interface TreeEntry {
  /** From the top of the repository, with `/`. */
  readonly path: string
  readonly object: string
  readonly kind: 'file' | 'program' | 'link'
}

/** git runs what a repository configures: all of that which can be switched off is, and nothing is fetched or locked. */
const CONFINED = ['--no-pager', ...[...CONFINED_SETTINGS, 'protocol.allow=never'].flatMap((setting) => ['-c', setting])]
const ENVIRONMENT = { GIT_OPTIONAL_LOCKS: '0', GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }
/** Without what a caller's own git set, such as the repository that a hook runs for. */
const environment = (): NodeJS.ProcessEnv => ({ ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))), ...ENVIRONMENT })
const MOST_BYTES = 512 * 1024 * 1024
const KINDS: Readonly<Record<string, TreeEntry['kind']>> = { '100644': 'file', '100664': 'file', '100755': 'program', '120000': 'link' }

/** The entries of a commit's tree below a folder ('' = all). Reads objects only: neither index nor work tree is touched. */
export async function listTree(repository: string, commit: string, folder = ''): Promise<TreeEntry[]> {
  const output = await git(repository, ['ls-tree', '-r', '-z', '--full-tree', commit, ...(folder === '' ? [] : ['--', folder])])
  return output.toString('utf8').split('\0').filter((line) => line !== '').flatMap(parseEntry)
}

function parseEntry(line: string): TreeEntry[] {
  const [, mode, object, path] = /^(\d+) \w+ ([0-9a-f]+)\t(.+)$/s.exec(line) ?? []
  const kind = KINDS[mode ?? '']
  return kind !== undefined && object !== undefined && path !== undefined ? [{ path, object, kind }] : []
}

/** Contents of objects, in their order, as they are stored: no filter of the repository runs over them. */
export async function readObjects(repository: string, objects: readonly string[]): Promise<Buffer[]> {
  const output = await git(repository, ['cat-file', '--batch'], objects.map((object) => `${object}\n`).join(''))
  const contents: Buffer[] = []
  for (let at = 0; contents.length < objects.length; ) {
    const end = output.indexOf(10, at)
    const size = Number(/^[0-9a-f]+ blob (\d+)$/.exec(output.toString('latin1', at, Math.max(at, end)))?.[1])
    if (!Number.isSafeInteger(size)) throw unreadable(repository, `the object ${objects[contents.length]} is not there`)
    contents.push(output.subarray(end + 1, end + 1 + size))
    at = end + size + 2
  }
  return contents
}

/** The text of a file at a commit; undefined where there is none. */
export async function readFileAt(repository: string, commit: string, path: string): Promise<string | undefined> {
  const entry = (await listTree(repository, commit, path)).find((one) => one.path === path && one.kind !== 'link')
  return entry === undefined ? undefined : (await readObjects(repository, [entry.object]))[0]!.toString('utf8')
}

/** The commit that a revision names. */
export async function resolveCommit(repository: string, revision: string): Promise<string> {
  if (revision.startsWith('-')) throw unreadable(repository, `“${revision}” names no commit`)
  return (await git(repository, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])).toString('utf8').trim()
}

/** Top folder of the repository that holds a folder. */
export async function repositoryOf(folder: string): Promise<string> {
  return (await git(folder, ['rev-parse', '--show-toplevel'])).toString('utf8').replace(/\n$/, '')
}

function git(repository: string, args: readonly string[], input = ''): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...CONFINED, ...args], { cwd: repository, env: environment(), stdio: ['pipe', 'pipe', 'pipe'] })
    const [output, complaints]: [Buffer[], Buffer[]] = [[], []]
    let bytes = 0
    child.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes > MOST_BYTES) child.kill('SIGKILL')
      else output.push(piece)
    })
    child.stderr.on('data', (piece: Buffer) => complaints.length < 16 && complaints.push(piece))
    child.once('error', (error) => reject(unreadable(repository, error.message)))
    child.once('close', (code) => {
      if (code === 0) return resolve(Buffer.concat(output))
      const said = Buffer.concat(complaints).toString('utf8').trim().slice(0, 500) || `git ${args[0]} found nothing`
      reject(unreadable(repository, bytes > MOST_BYTES ? `more than ${MOST_BYTES} bytes` : said))
    })
    // A git that ends early closes its input; how it ended is told by its exit.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

const unreadable = (repository: string, why: string): LabError =>
  new LabError('environment', 'workspace/git', `The repository ${repository} cannot be read: ${why}.`, {
    remedy: 'Check that it is a git repository that you may read and that the commit is in it (git fetch brings commits that are missing).',
    place: repository
  })
