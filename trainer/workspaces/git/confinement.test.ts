import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { exportCommit } from '../copies/exportCommit.ts'
import { commitAll, fingerprint, git } from '../repository.fixture.ts'
import { recentChanges } from './history.ts'
import { listTree, readFileAt, readObjects, repositoryOf, resolveCommit } from './objects.ts'

describe('questions to git', () => {
  const [repository, outside] = [temporaryFolder(), temporaryFolder()]
  const [trace, script] = [path.join(outside, 'ran'), path.join(outside, 'evil.sh')]
  commitAll(repository, { 'src/a.txt': 'one\n', '.gitattributes': '*.txt diff=evil filter=evil merge=evil\n' }, 'first')
  const commit = commitAll(repository, { 'src/a.txt': 'two\n', 'b with space.txt': 'b\n' }, 'second: 変更')
  fs.writeFileSync(script, `#!/bin/sh\necho "$0 $@" >> '${trace}'\ncat\n`, { mode: 0o755 })
  const settings = [
    'core.fsmonitor', 'diff.external', 'diff.evil.textconv', 'diff.evil.command', 'filter.evil.smudge', 'filter.evil.clean', 'filter.evil.process', 'core.pager', 'pager.log', 'gpg.program', 'core.sshCommand', 'core.editor',
    'core.askPass', 'core.alternateRefsCommand', 'uploadpack.packObjectsHook', 'credential.helper'
  ]
  for (const name of settings) git(repository, 'config', name, script)
  git(repository, 'config', 'log.showSignature', 'true')
  git(repository, 'config', 'log.diffMerges', 'on')
  for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction', 'pre-auto-gc', 'fsmonitor-watchman']) fs.copyFileSync(script, path.join(repository, '.git/hooks', hook))
  fs.writeFileSync(path.join(repository, 'src/a.txt'), 'three\n')
  const before = fingerprint(repository)
  afterEach(() => {
    assert(!fs.existsSync(trace), fs.existsSync(trace) ? fs.readFileSync(trace, 'utf8') : '')
    assert.equal(fingerprint(repository), before)
  })

  it('are answered about the history', async () => {
    const [newest, ...older] = await recentChanges(repository, {})
    assert.deepEqual([newest?.commit, newest?.subject, newest?.files], [commit, 'second: 変更', [{ status: 'added', path: 'b with space.txt' }, { status: 'modified', path: 'src/a.txt' }]])
    assert.deepEqual(older, [], 'the first commit has no parent to fail before')
    assert.deepEqual(await recentChanges(repository, { folder: 'nowhere' }), [])
  })

  it('are answered about objects, as they are stored', async () => {
    const [entry] = (await listTree(repository, commit)).filter(({ path: place }) => place === 'src/a.txt')
    assert.deepEqual((await readObjects(repository, [entry!.object])).map(String), ['two\n'])
    assert.equal(await readFileAt(repository, commit, 'src/a.txt'), 'two\n')
    assert.equal(await readFileAt(repository, commit, 'src'), undefined)
    assert.equal(await resolveCommit(repository, 'HEAD'), commit)
    assert.equal(fs.realpathSync(await repositoryOf(path.join(repository, 'src'))), fs.realpathSync(repository))
    const copy = temporaryFolder()
    await exportCommit(repository, commit, copy)
    assert.equal(fs.readFileSync(path.join(copy, 'src/a.txt'), 'utf8'), 'two\n')
  })

  it('take no revision for an option, and name what is not there', async () => {
    for (const revision of ['--output=/tmp/planted', '-h', 'nowhere', 'HEAD:src/a.txt']) await assert.rejects(resolveCommit(repository, revision), (error) => LabError.is(error, 'workspace/git'), revision)
    await assert.rejects(recentChanges(repository, { revision: `--output=${trace}` }))
    await assert.rejects(readObjects(repository, ['f'.repeat(40)]), (error) => LabError.is(error, 'workspace/git') && /is not there/.test(error.message))
  })
})
