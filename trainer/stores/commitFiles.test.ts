import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { commitFiles, isUnchanged, planCommit } from './commitFiles.ts'
import { temporaryFolder } from './fixtures.ts'
import { gitUserNames } from './gitUser.ts'

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim()
}

/** A repository with a commit, and the labels folder of a workspace in it. */
function repository(): { top: string; labels: string } {
  const top = fs.realpathSync(temporaryFolder())
  git(top, 'init', '--quiet', '--initial-branch=main')
  for (const [key, value] of [['user.name', 'Fixture'], ['user.email', 'fix.ture@example.org'], ['commit.gpgsign', 'false']] as const) git(top, 'config', key, value)
  write(top, 'code.txt', 'one\n')
  git(top, 'add', '.')
  git(top, 'commit', '--quiet', '-m', 'first')
  return { top, labels: path.join(top, '.rollout-lab', 'labels') }
}

function write(folder: string, name: string, content: string): void {
  fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
  fs.writeFileSync(path.join(folder, name), content)
}

describe('committing labels', () => {
  it('finds new and changed files, and leaves everything else as it is', async () => {
    const { top, labels } = repository()
    write(labels, 'run/ada-w1.jsonl', '{}\n')
    write(top, 'code.txt', 'two\n')
    write(top, 'staged.txt', 'staged\n')
    git(top, 'add', 'staged.txt')
    const plan = (await planCommit(top, [labels, path.join(top, 'nowhere')]))!
    assert.deepEqual(plan, { repository: top, branch: 'main', files: ['.rollout-lab/labels/run/ada-w1.jsonl'], ignored: [] })
    const commit = await commitFiles(plan.repository, plan.files, 'Add labels\n\nof ada')
    assert.equal(git(top, 'rev-parse', '--short', 'HEAD'), commit)
    assert.equal(git(top, 'show', '--stat', '--format=%B', '--name-only', 'HEAD'), 'Add labels\n\nof ada\n\n\n.rollout-lab/labels/run/ada-w1.jsonl')
    assert.deepEqual(git(top, 'status', '--porcelain').split('\n').map((line) => line.trim()).sort(), ['A  staged.txt', 'M code.txt'])
    assert.deepEqual((await planCommit(top, [labels]))!.files, [])
    write(labels, 'run/ada-w1.jsonl', '{}\n{}\n')
    assert.deepEqual((await planCommit(top, [labels]))!.files, ['.rollout-lab/labels/run/ada-w1.jsonl'])
  })

  it('commits names of every kind, and never the removal of a file', async () => {
    const { top, labels } = repository()
    const names = ['run [1] *.jsonl', '-b.jsonl', 'ä "x".jsonl', 'plain.jsonl']
    for (const name of names) write(labels, `run/${name}`, '{}\n')
    const plan = (await planCommit(top, [labels]))!
    assert.deepEqual(plan.files.map((file) => path.basename(file)).sort(), [...names].sort())
    await commitFiles(top, plan.files, 'all')
    fs.rmSync(path.join(labels, 'run', 'plain.jsonl'))
    write(labels, 'run/-b.jsonl', '{}\n{}\n')
    const next = (await planCommit(top, [labels]))!
    assert.deepEqual(next.files.map((file) => path.basename(file)), ['-b.jsonl'])
    await commitFiles(top, next.files, 'more')
    assert.ok(git(top, 'ls-tree', '-r', '--name-only', 'HEAD').includes('plain.jsonl'))
  })

  it('takes labels, label sets and how git merges them, and nothing else that lies beside them', async () => {
    const { top, labels } = repository()
    const sets = path.join(top, '.rollout-lab', 'label-sets')
    for (const name of ['run/ada-w1.jsonl', '.gitattributes', '.env', 'run/notes.txt', 'run/deep/b.jsonl', 'c.jsonl']) write(labels, name, '{}\n')
    for (const name of ['steps.json', 'private-notes.txt', 'deep/d.json']) write(sets, name, '{}\n')
    const wanted = ['.rollout-lab/label-sets/steps.json', '.rollout-lab/labels/.gitattributes', '.rollout-lab/labels/run/ada-w1.jsonl']
    assert.deepEqual([...(await planCommit(top, [labels, sets]))!.files].sort(), wanted)
    write(top, '.gitignore', '.rollout-lab/\n')
    assert.deepEqual([...(await planCommit(top, [labels, sets]))!.ignored].sort(), wanted)
  })

  it('follows no link to files that are no labels', async () => {
    const { top, labels } = repository()
    write(top, 'private-notes.txt', 'mine\n')
    const sets = path.join(top, '.rollout-lab', 'label-sets')
    write(labels, 'run/ada-w1.jsonl', '{}\n')
    fs.symlinkSync('..', sets, 'junction')
    await assert.rejects(planCommit(top, [labels, sets]), (error) => LabError.is(error, 'git/link') && error.place === sets)
    const other = path.join(top, 'other')
    fs.mkdirSync(other)
    fs.symlinkSync(path.join(top, '.rollout-lab'), path.join(other, '.rollout-lab'), 'junction')
    await assert.rejects(planCommit(other, [path.join(other, '.rollout-lab', 'labels')]), (error) => LabError.is(error, 'git/link'))
  })

  it('tells which rule ignores labels, and commits them all the same when told to', async () => {
    const { top, labels } = repository()
    write(top, '.gitignore', 'dist/\n.rollout-lab/\n')
    write(labels, 'run/ada-w1.jsonl', '{}\n')
    const plan = (await planCommit(top, [labels]))!
    assert.deepEqual([plan.files, plan.ignored], [[], ['.rollout-lab/labels/run/ada-w1.jsonl']])
    assert.deepEqual(plan.ignoredBy, { file: '.gitignore', line: 2, pattern: '.rollout-lab/' })
    await commitFiles(top, plan.ignored, 'forced')
    assert.deepEqual(git(top, 'show', '--format=', '--name-only', 'HEAD'), '.rollout-lab/labels/run/ada-w1.jsonl')
  })

  it('knows whether a file has changes that no commit holds', async () => {
    const { top } = repository()
    assert.equal(await isUnchanged(top, 'code.txt'), true)
    write(top, 'code.txt', 'two\n')
    assert.equal(await isUnchanged(top, 'code.txt'), false)
  })

  it('works from a folder within the repository, before the first commit and without a branch', async () => {
    const top = fs.realpathSync(temporaryFolder())
    git(top, 'init', '--quiet', '--initial-branch=main')
    git(top, 'config', 'user.name', 'Fixture')
    git(top, 'config', 'user.email', 'fixture@example.org')
    const workspace = path.join(top, 'deep', 'work')
    write(workspace, '.rollout-lab/labels/run/a.jsonl', '{}\n')
    const plan = (await planCommit(workspace, [path.join(workspace, '.rollout-lab', 'labels')]))!
    assert.deepEqual(plan.files, ['deep/work/.rollout-lab/labels/run/a.jsonl'])
    await commitFiles(plan.repository, plan.files, 'first')
    git(top, 'checkout', '--quiet', '--detach')
    assert.equal('branch' in (await planCommit(workspace, []))!, false)
  })

  it('runs no hook and no monitor of the repository', async () => {
    const { top, labels } = repository()
    const mark = path.join(top, 'ran')
    for (const hook of ['pre-commit', 'commit-msg', 'post-commit', 'post-index-change']) {
      const place = path.join(top, '.git', 'hooks', hook)
      fs.mkdirSync(path.dirname(place), { recursive: true })
      fs.writeFileSync(place, `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 })
    }
    fs.writeFileSync(path.join(top, 'monitor'), `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 })
    git(top, 'config', 'core.fsmonitor', path.join(top, 'monitor'))
    write(labels, 'run/a.jsonl', '{}\n')
    const plan = (await planCommit(top, [labels]))!
    await commitFiles(top, plan.files, 'quiet')
    assert.equal(fs.existsSync(mark), false)
  })

  it('has no plan outside of a repository, and says what git said where it refuses', async () => {
    assert.equal(await planCommit(temporaryFolder(), []), undefined)
    const { top, labels } = repository()
    write(labels, 'run/a.jsonl', '{}\n')
    git(top, 'checkout', '--quiet', '-b', 'other')
    write(top, 'code.txt', 'theirs\n')
    git(top, 'commit', '--quiet', '-am', 'theirs')
    git(top, 'checkout', '--quiet', 'main')
    write(top, 'code.txt', 'ours\n')
    git(top, 'commit', '--quiet', '-am', 'ours')
    assert.throws(() => git(top, 'merge', '--quiet', 'other'))
    await assert.rejects(commitFiles(top, ['.rollout-lab/labels/run/a.jsonl'], 'during'), (error) => LabError.is(error, 'git/failed') && error.remedy.includes('merge'))
  })

  it('knows the user by name and by the first part of the address', async () => {
    assert.deepEqual(await gitUserNames(repository().top), ['Fixture', 'fix.ture'])
  })
})
