import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { diskFileOps } from './fileOps.ts'
import { temporaryFolder } from './fixtures.ts'
import { GitRecord, parseStatus, recordGitState } from './gitState.ts'

function git(folder: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Fixture', '-c', 'user.email=fixture@example.org', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' }).trim()
}

function repository(): string {
  const folder = temporaryFolder()
  git(folder, 'init', '--quiet', '--initial-branch=main')
  fs.writeFileSync(path.join(folder, 'a.txt'), 'one\n')
  git(folder, 'add', '.')
  git(folder, 'commit', '--quiet', '-m', 'first')
  return folder
}

describe('git state', () => {
  it('records commit, branch and a patch that makes the changes again', async () => {
    const workspace = repository()
    const latin1 = Buffer.from([0x6f, 0xe9, 0x0a])
    fs.writeFileSync(path.join(workspace, 'a.txt'), latin1)
    fs.writeFileSync(path.join(workspace, 'new file.txt'), 'new')
    const run = temporaryFolder()
    const record = await recordGitState(workspace, run, diskFileOps)
    assert.deepEqual(record, {
      version: 1, state: 'recorded', commit: git(workspace, 'rev-parse', 'HEAD'), branch: 'main',
      changed: ['a.txt'], untracked: ['new file.txt'], patch: 'written'
    })
    assert.deepEqual(GitRecord.parse(JSON.parse(fs.readFileSync(path.join(run, 'git.json'), 'utf8'))), record)
    git(workspace, 'checkout', '--quiet', '--', 'a.txt')
    git(workspace, 'apply', path.join(run, 'git.patch'))
    assert.deepEqual(fs.readFileSync(path.join(workspace, 'a.txt')), latin1)
  })

  it('runs no hook, monitor, external diff or text conversion', async () => {
    const workspace = repository()
    const trace = path.join(temporaryFolder(), 'ran')
    const script = path.join(temporaryFolder(), 'evil.sh')
    fs.writeFileSync(script, `#!/bin/sh\necho "$@" >> '${trace}'\n`, { mode: 0o755 })
    fs.writeFileSync(path.join(workspace, '.gitattributes'), 'a.txt diff=evil\n')
    fs.appendFileSync(path.join(workspace, 'a.txt'), 'two\n')
    git(workspace, 'config', 'core.fsmonitor', script)
    git(workspace, 'config', 'diff.external', script)
    git(workspace, 'config', 'diff.evil.textconv', script)
    git(workspace, 'config', 'diff.evil.command', script)
    fs.mkdirSync(path.join(workspace, '.git', 'hooks'), { recursive: true })
    fs.copyFileSync(script, path.join(workspace, '.git', 'hooks', 'post-index-change'))
    fs.utimesSync(path.join(workspace, 'a.txt'), 1, 1)
    const record = await recordGitState(workspace, temporaryFolder(), diskFileOps)
    assert.equal(record.state === 'recorded' && record.patch, 'written')
    assert.equal(fs.existsSync(trace), false)
  })

  it('withholds changes to files that hold secrets, names them, and keeps the rest whole', async () => {
    const workspace = repository()
    for (const [name, text] of [['b.txt', 'two\n'], ['settings äö.ts', 'export {}\n'], ['.npmrc', 'save-exact=true\n']] as const) fs.writeFileSync(path.join(workspace, name), text)
    git(workspace, 'add', '--all')
    git(workspace, 'commit', '--quiet', '-m', 'second')
    const key = `AK${'IA'}ABCDEFGHIJKLMNOP`
    fs.writeFileSync(path.join(workspace, 'b.txt'), 'three\n')
    fs.writeFileSync(path.join(workspace, 'settings äö.ts'), `export const key = '${key}'\n`)
    fs.writeFileSync(path.join(workspace, '.npmrc'), 'save-exact=false\n')
    const run = temporaryFolder()
    const record = await recordGitState(workspace, run, diskFileOps)
    assert(record.state === 'recorded')
    assert.equal(record.patch, 'written')
    assert.deepEqual(record.withheld?.map(({ why }) => why), ['files of this name hold secrets', 'it holds an access key of AWS'])
    const written = ['git.json', 'git.patch'].map((name) => fs.readFileSync(path.join(run, name), 'utf8')).join('')
    assert(!written.includes(key))
    git(workspace, 'checkout', '--quiet', '--', '.')
    git(workspace, 'apply', path.join(run, 'git.patch'))
    assert.equal(git(workspace, 'status', '--porcelain'), 'M b.txt')
    fs.writeFileSync(path.join(workspace, 'b.txt'), `${key}\n`)
    assert.equal(((await recordGitState(workspace, run, diskFileOps)) as { patch?: string }).patch, 'withheld')
    assert(!fs.existsSync(path.join(run, 'git.patch')))
  })

  it('leaves out a patch that is too large', async () => {
    const workspace = repository()
    fs.writeFileSync(path.join(workspace, 'a.txt'), 'some line of data\n'.repeat(600_000))
    const run = temporaryFolder()
    const record = await recordGitState(workspace, run, diskFileOps)
    assert.equal(record.state === 'recorded' && record.patch, 'too-large')
    assert.equal(fs.existsSync(path.join(run, 'git.patch')), false)
  })

  it('says so where there is no repository, no git, or no commit yet', async () => {
    const none = await recordGitState(temporaryFolder(), temporaryFolder(), diskFileOps)
    assert.equal(none.state === 'none' && none.why, 'not-a-repository')
    const empty = temporaryFolder()
    git(empty, 'init', '--quiet', '--initial-branch=main')
    const fresh = await recordGitState(empty, temporaryFolder(), diskFileOps)
    assert.deepEqual(fresh, { version: 1, state: 'recorded', branch: 'main', changed: [], untracked: [], patch: 'none' })
    const searchPath = process.env.PATH
    process.env.PATH = temporaryFolder()
    try {
      const absent = await recordGitState(empty, temporaryFolder(), diskFileOps)
      assert.equal(absent.state === 'none' && absent.why, 'git-not-found')
    } finally {
      process.env.PATH = searchPath
    }
  })

  it('reads paths with spaces and newlines from the status', () => {
    assert.deepEqual(parseStatus(' M a b.txt\0?? c\nd\0M  e\0'), { changed: ['a b.txt', 'e'], untracked: ['c\nd'] })
  })
})
