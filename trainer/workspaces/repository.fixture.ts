import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { WorkspaceTask } from '../protocol/execution.ts'
import { temporaryFolder } from '../stores/fixtures.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export function git(folder: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Fixture', '-c', 'user.email=fixture@example.org', '-c', 'commit.gpgsign=false', '-c', 'core.safecrlf=false']
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' }).trim()
}

/** A repository with these files in one commit each time it is called with another set; mocha is installed in it. */
export function commitAll(folder: string, files: Readonly<Record<string, string>>, subject: string): string {
  if (!fs.existsSync(path.join(folder, '.git'))) git(folder, 'init', '--quiet', '--initial-branch=main')
  for (const [place, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, place)), { recursive: true })
    fs.writeFileSync(path.join(folder, place), text)
  }
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '-m', subject)
  return git(folder, 'rev-parse', 'HEAD')
}

export const SUM = 'export function sum(numbers) {\n  return numbers.reduce((total, each) => total + each, 0)\n}\n'
const TEST = `import assert from 'node:assert/strict'
import { sum } from '../src/sum.js'

describe('sum', () => {
  it('adds', () => assert.equal(sum([1, 2, 3]), 6))
  it('refuses text', () => assert.throws(() => sum('text')))
})
`

/** A project with one module and its tests. */
export function sumProject(): { readonly repository: string; readonly commit: string } {
  const repository = temporaryFolder()
  const files = { 'package.json': '{ "type": "module" }', '.gitignore': 'node_modules\n', 'src/sum.js': SUM, 'test/sum.test.js': TEST }
  const commit = commitAll(repository, files, 'Add numbers')
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(repository, 'node_modules'), 'junction')
  return { repository, commit }
}

/** The task of writing `src/sum.js` as this text. */
export const sumTask = ({ repository, commit }: ReturnType<typeof sumProject>, text: string, more: Partial<WorkspaceTask> = {}): WorkspaceTask =>
  WorkspaceTask.parse({
    kind: 'workspace', repository, commit, folder: '', files: [{ path: 'src/sum.js', text }], editable: ['src/sum.js'], runner: { name: 'mocha' }, testFiles: ['test/sum.test.js'],
    failToPass: ['sum adds'], passToPass: ['sum refuses text'], ...more
  })

/** Everything below a folder, to the byte: contents, links, rights and times of change. */
export function fingerprint(folder: string): string {
  const hash = createHash('sha256')
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true }).sort((a, b) => (path.join(a.parentPath, a.name) < path.join(b.parentPath, b.name) ? -1 : 1))) {
    const place = path.join(entry.parentPath, entry.name)
    const stats = fs.lstatSync(place, { bigint: true })
    hash.update(`${place} ${stats.mode} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}\0`)
    if (entry.isFile()) hash.update(fs.readFileSync(place))
    if (entry.isSymbolicLink()) hash.update(fs.readlinkSync(place))
  }
  return hash.digest('hex')
}
