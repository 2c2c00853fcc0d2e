import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { LabelSession } from '../../extension/labels/labelSession.ts'
import { textHash } from '../../trainer/labels/anchors/textHash.ts'
import { foldLabels } from '../../trainer/labels/store/foldLabels.ts'
import { openLabelWriter } from '../../trainer/labels/store/labelLog.ts'
import { readLabels } from '../../trainer/labels/store/labelReader.ts'
import { newLabelId } from '../../trainer/labels/store/labelId.ts'
import { commitFiles, planCommit } from '../../trainer/stores/commitFiles.ts'

const anchor = { segment: 0, textHash: textHash('text'), from: 0, to: 4 }

describe('labels of several people in git', () => {
  let scratch: string
  const git = (folder: string, ...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  const labelsOf = (clone: string): string => path.join(clone, '.rollout-lab', 'labels', 'run-1')
  const clone = (name: string): string => {
    const folder = path.join(scratch, name)
    git(scratch, 'clone', '--quiet', 'origin.git', name)
    for (const [key, value] of [['user.name', name], ['user.email', `${name}@example.org`], ['commit.gpgsign', 'false'], ['pull.rebase', 'false']] as const) git(folder, 'config', key, value)
    return folder
  }
  const commit = async (folder: string): Promise<void> => {
    const plan = (await planCommit(folder, [path.join(folder, '.rollout-lab', 'labels')]))!
    await commitFiles(plan.repository, plan.files, 'labels')
  }
  const critiques = (folder: string): string[] => foldLabels(readLabels(labelsOf(folder)).records).map(({ opinion }) => (opinion.kind === 'critique' ? opinion.text : opinion.kind))
  /** Two clones of one repository; the first has committed what `first` does. */
  const twoClones = async (first: (folder: string) => void): Promise<[string, string]> => {
    const ada = clone('ada')
    first(ada)
    await commit(ada)
    git(ada, 'push', '--quiet', 'origin', 'HEAD')
    return [ada, clone('bob')]
  }
  const mergeInto = (from: string, to: string): void => {
    git(from, 'push', '--quiet', 'origin', 'HEAD')
    git(to, 'pull', '--quiet', '--no-edit')
  }

  beforeEach(() => {
    scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'rollout-lab-git-')))
    git(scratch, 'init', '--quiet', '--bare', '--initial-branch=main', 'origin.git')
  })
  afterEach(() => fs.rmSync(scratch, { recursive: true }))

  it('merge without a conflict: edits of one label and additions on both sides', async () => {
    const session = new LabelSession()
    const place = (folder: string, labeler: string): { run: string; folder: string; labeler: string } => ({ run: 'run-1', folder: labelsOf(folder), labeler })
    const critique = (text: string, replaces?: string): Parameters<LabelSession['append']>[1][number] =>
      ({ rollout: 'r', problemId: 'p', anchor, opinion: { kind: 'critique', text }, ...(replaces === undefined ? {} : { replaces }) })
    let first = ''
    const [ada, bob] = await twoClones((folder) => (first = session.append(place(folder, 'ada'), [critique('a1'), critique('a2')])[0]!.id))
    session.append(place(ada, 'ada'), [critique('a1 changed', first), critique('a3')])
    session.append(place(bob, 'bob'), [critique('b1')])
    await commit(ada)
    await commit(bob)
    mergeInto(ada, bob)
    assert.deepEqual(critiques(bob), ['a1 changed', 'a2', 'a3', 'b1'])
    assert.deepEqual(readLabels(labelsOf(bob)).faults, [])
    session.close()
  })

  it('merge line by line even where both sides have added to one file', async () => {
    const add = (folder: string, text: string): void => {
      const writer = openLabelWriter({ folder: labelsOf(folder), labeler: 'ada', writer: 'shared' })
      const [id, at] = [newLabelId(), new Date().toISOString()]
      writer.append([{ version: 1, id, labeler: 'ada', at, run: 'run-1', rollout: 'r', problemId: 'p', anchor, opinion: { kind: 'critique', text }, source: { kind: 'human' } }])
      writer.close()
    }
    const [ada, bob] = await twoClones((folder) => add(folder, 'common'))
    add(ada, 'from ada')
    add(bob, 'from bob')
    await commit(ada)
    await commit(bob)
    mergeInto(ada, bob)
    assert.deepEqual(critiques(bob).sort(), ['common', 'from ada', 'from bob'])
    assert.deepEqual(readLabels(labelsOf(bob)).faults, [])
  })
})
