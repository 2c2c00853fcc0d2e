import { confinedGit } from '../../stores/confinedGit.ts'

/** A commit with one parent and what it changed. */
export interface Change {
  readonly commit: string
  readonly parent: string
  readonly subject: string
  /** Paths from the top of the repository. */
  readonly files: readonly { readonly status: 'added' | 'modified' | 'deleted' | 'other'; readonly path: string }[]
}

const STATUS: Readonly<Record<string, Change['files'][number]['status']>> = { A: 'added', M: 'modified', D: 'deleted' }
const FIELD = '\u001f'
const RECORD = '\u001e'

export interface Looked {
  readonly revision?: string
  readonly folder?: string
  readonly most?: number
}

/** The last commits that lead to a revision, newest first, merges left out. To be asked in trusted workspaces only. */
export async function recentChanges(repository: string, { revision = 'HEAD', folder = '', most = 200 }: Looked): Promise<Change[]> {
  const output = await confinedGit(repository).raw([
    'log', '--no-merges', '--no-ext-diff', '--no-textconv', '--no-renames', '--no-color', '--no-show-signature', '--name-status', '-z', '--root',
    `--max-count=${most}`, `--format=${RECORD}%H${FIELD}%P${FIELD}%s${FIELD}`, '--end-of-options', revision, ...(folder === '' ? [] : ['--', folder])
  ])
  return output.split(RECORD).filter((record) => record !== '').flatMap(parseChange)
}

function parseChange(record: string): Change[] {
  const [commit = '', parents = '', subject = '', changed = ''] = record.split(FIELD)
  if (!/^[0-9a-f]{40,64}$/.test(parents)) return []
  const words = changed.split('\0').map((word) => word.replace(/^\n+/, '')).filter((word) => word !== '')
  const files = words.flatMap((word, at) => (at % 2 === 0 ? [{ status: STATUS[word[0] ?? ''] ?? ('other' as const), path: words[at + 1] ?? '' }] : []))
  return [{ commit, parent: parents, subject, files }]
}
