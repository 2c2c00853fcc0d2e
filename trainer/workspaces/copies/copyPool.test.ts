import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { commitAll, git } from '../repository.fixture.ts'
import { createCopyPool } from './copyPool.ts'
import type { CopyPool } from './copyPool.ts'
import { exportCommit, makeFolders, requirePlain } from './exportCommit.ts'

/** Paths below a folder with rights and contents. */
function contents(folder: string): string[] {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const place = path.join(entry.parentPath, entry.name)
    const held = entry.isFile() ? fs.readFileSync(place, 'utf8') : entry.isSymbolicLink() ? `→ ${fs.readlinkSync(place)}` : ''
    return `${path.relative(folder, place)} ${(fs.lstatSync(place).mode & 0o777).toString(8)} ${held}`
  }).sort()
}

describe('copies of a commit', () => {
  const repository = temporaryFolder()
  fs.symlinkSync('src', path.join(repository, 'inside'))
  fs.symlinkSync('/etc', path.join(repository, 'outside'))
  fs.symlinkSync('../..', path.join(repository, 'above'))
  const commit = commitAll(repository, { 'src/a.js': 'a\n', 'src/deep/b.js': 'b\n', 'test/a.test.js': 'test\n', 'crlf.txt': 'a\r\n', '.gitattributes': '* text=auto eol=crlf export-ignore\n*.js filter=evil\n' }, 'first')
  fs.writeFileSync(path.join(repository, 'src/a.js'), 'changed since\n')
  const content = { repository, commit, role: 'tests', leavesOut: () => false }
  let pool: CopyPool
  beforeEach(() => { pool = createCopyPool(temporaryFolder()) })
  afterEach(() => pool.close())

  it('hold what the commit stores, byte for byte, without history and without links that lead out', async () => {
    git(repository, 'config', 'filter.evil.smudge', 'echo smudged')
    const { folder } = await pool.take(content)
    assert.deepEqual(contents(folder).map((line) => line.replace(/ \d+ /, ' ')), [
      '.gitattributes * text=auto eol=crlf export-ignore\n*.js filter=evil\n', 'crlf.txt a\n', 'inside → src', 'src ', 'src/a.js a\n', 'src/deep ', 'src/deep/b.js b\n', 'test ', 'test/a.test.js test\n'
    ])
  })

  it('leave out what a role leaves out', async () => {
    const { folder } = await pool.take({ ...content, role: 'candidate', leavesOut: (place) => place === 'test' || place === 'src/deep/b.js' })
    assert.deepEqual(contents(folder).map((line) => line.split(' ')[0]), ['.gitattributes', 'crlf.txt', 'inside', 'src', 'src/a.js', 'src/deep'])
  })

  it('are clean again for the next, whatever was done to them', async () => {
    const copy = await pool.take(content)
    const before = contents(copy.folder)
    const at = (place: string): string => path.join(copy.folder, place)
    fs.writeFileSync(at('src/a.js'), 'A\n')
    fs.utimesSync(at('src/a.js'), 0, 0)
    fs.rmSync(at('test'), { recursive: true })
    fs.symlinkSync(repository, at('test'))
    fs.rmSync(at('src/deep/b.js'))
    fs.mkdirSync(at('src/deep/b.js'))
    fs.mkdirSync(at('new/deep'), { recursive: true })
    fs.writeFileSync(at('new/deep/file'), '')
    fs.chmodSync(at('new/deep'), 0)
    fs.chmodSync(at('crlf.txt'), 0)
    fs.linkSync(at('.gitattributes'), at('second'))
    copy.giveBack()
    const next = await pool.take(content)
    assert.equal(next.folder, copy.folder)
    assert.deepEqual(contents(next.folder), before)
    assert(fs.existsSync(path.join(repository, 'test/a.test.js')))
  })

  it('tell the next nothing by rights, times or attributes of their folders, the outermost among them', async () => {
    const copy = await pool.take(content)
    const folders = ['.', 'src', 'src/deep'].map((place) => path.join(copy.folder, place))
    const before = contents(copy.folder)
    for (const folder of folders) {
      fs.chmodSync(folder, 0o1735)
      fs.utimesSync(folder, 1, 1)
      setNote(folder)
    }
    copy.giveBack()
    const next = await pool.take(content)
    assert.equal(next.folder, copy.folder)
    assert.deepEqual(folders.map((folder) => [fs.statSync(folder).mode & 0o7777, fs.statSync(folder).mtimeMs > 1000]), folders.map(() => [0o777, true]))
    assert.deepEqual([contents(copy.folder), notesOf(folders)], [before, ''])
    next.giveBack()
    assert.equal((await pool.take(content)).folder, copy.folder)
  })

  it('are apart while they are in use, and gone when the pool is closed', async () => {
    const copies = await Promise.all([pool.take(content), pool.take(content)])
    assert.notEqual(copies[0].folder, copies[1].folder)
    pool.close()
    for (const copy of copies) copy.giveBack()
    assert.deepEqual(copies.filter(({ folder }) => fs.existsSync(folder)), [])
  })

  it('are refused for paths that no honest commit has, and for commits that are not there', async () => {
    for (const place of ['../a', 'a/../../b', '/etc/passwd', '.git/config', 'sub/.GIT/hooks/post-checkout', 'a//b', './a', 'a\\b', '']) {
      assert.throws(() => requirePlain(place), (error) => LabError.is(error, 'workspace/bad-path'), place)
    }
    const forged = execFileSync('git', ['mktree'], { cwd: repository, input: `040000 tree ${git(repository, 'rev-parse', `${commit}:src`)}\t.git\n`, encoding: 'utf8' }).trim()
    await assert.rejects(exportCommit(repository, forged, temporaryFolder()), (error) => LabError.is(error, 'workspace/bad-path'))
    await assert.rejects(exportCommit(repository, '0'.repeat(40), temporaryFolder()), (error) => LabError.is(error, 'workspace/git'))
  })

  it('never write over a link', () => {
    const [folder, outside] = [temporaryFolder(), temporaryFolder()]
    fs.symlinkSync(outside, path.join(folder, 'node_modules'))
    assert.throws(() => makeFolders(folder, 'node_modules/mocha'), (error) => LabError.is(error, 'workspace/bad-path'))
    assert.deepEqual(fs.readdirSync(outside), [])
  })
})

const attributes = (code: string, ...args: readonly string[]): string => spawnSync('python3', ['-c', `import os, sys\n${code}`, ...args], { encoding: 'utf8' }).stdout?.trim() ?? ''

/** An extended attribute, where there is a Python to set it and the disk has such. */
const setNote = (folder: string): void => void attributes("os.setxattr(sys.argv[1], 'user.note', b'41')", folder)
const notesOf = (folders: readonly string[]): string => attributes("print(*(os.getxattr(each, name) for each in sys.argv[1:] for name in os.listxattr(each)))", ...folders)
