import assert from 'node:assert/strict'
import { shown } from '../runs/runs.fixture.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import { deleteQuestion, deleteRuns, forGoodQuestion, keptText } from './deletion.ts'
import type { DeletionParts, Kept } from './deletion.ts'

const run = (name: string): ShownRun => shown({ directory: `/runs/${name}`, name, bytes: 1e6 })
const runs = ['a', 'b', 'c'].map(run)
const letters = 'abcdefgh'.split('').map(run)

/** What was done, in order; `fails` are the removals that fail, as `trash a` or `forGood a`; `taken` is when a trainer takes a run up, after a removal or the `question`. */
function parts({ fails = [], leaves = [], taken = {}, forGood = true }: { fails?: readonly string[]; leaves?: readonly string[]; taken?: Readonly<Record<string, string>>; forGood?: boolean }) {
  const done: string[] = []
  const asked: string[][] = []
  let looked = false
  const given: DeletionParts = {
    look: async () => void (looked = true),
    check: async ({ card }) => {
      if (!looked || leaves.includes(card.name) || done.includes(taken[card.name]!) || (asked.length > 0 && taken[card.name] === 'question')) throw new Error('A trainer has taken it up')
    },
    remove: async ({ card }, useTrash) => {
      const what = `${useTrash ? 'trash' : 'forGood'} ${card.name}`
      if (fails.includes(what)) throw new Error(`EACCES: permission denied, unlink '/runs/${card.name}'`)
      done.push(what)
    },
    mayDeleteForGood: async (kept) => {
      asked.push(namesIn(kept))
      return forGood
    }
  }
  return { given, done, asked }
}
const namesIn = (kept: readonly Kept[]): string[] => kept.map(({ run: { card } }) => card.name)

describe('deleting runs', () => {
  it('goes on where one fails, and answers that one with the reason', async () => {
    const { given, done } = parts({ fails: ['forGood a'] })
    assert.deepEqual((await deleteRuns(runs, false, given)).map(({ run: { card }, why }) => [card.name, why]), [
      ['a', "EACCES: permission denied, unlink '/runs/a'. Close what uses its files, see that they are yours, and try again."]
    ])
    assert.deepEqual(done, ['forGood b', 'forGood c'])
  })

  it('leaves alone what must not be deleted, and deletes the rest', async () => {
    const { given, done } = parts({ leaves: ['b'] })
    assert.deepEqual(namesIn(await deleteRuns(runs, true, given)), ['b'])
    assert.deepEqual(done, ['trash a', 'trash c'])
  })

  it('looks at each right before it goes: a trainer may take it up while others are deleted, or while people are asked', async () => {
    const slow = parts({ taken: { c: 'trash b' } })
    assert.deepEqual([namesIn(await deleteRuns(runs, true, slow.given)), slow.done], [['c'], ['trash a', 'trash b']])
    const asking = parts({ fails: ['trash a', 'trash c'], taken: { c: 'question' } })
    assert.deepEqual([namesIn(await deleteRuns(runs, true, asking.given)), asking.done], [['c'], ['trash b', 'forGood a']])
  })

  it('asks once for all that the trash did not take', async () => {
    const { given, done, asked } = parts({ fails: ['trash a', 'trash c', 'forGood c'] })
    assert.deepEqual(namesIn(await deleteRuns(runs, true, given)), ['c'])
    assert.deepEqual([asked, done], [[['a', 'c']], ['trash b', 'forGood a']])
  })

  it('keeps what people want kept after all', async () => {
    const { given, done } = parts({ fails: ['trash a'], forGood: false })
    assert.deepEqual([await deleteRuns(runs, true, given), done], [[], ['trash b', 'trash c']])
  })
})

describe('what is asked before runs are deleted', () => {
  it('names the first of them, and says whether they can be brought back', () => {
    assert.deepEqual(deleteQuestion([run('a')], true), {
      message: 'Delete a?', detail: 'With all rollouts and checkpoints, 1 MB. Labels are kept.', agree: 'Move to Trash'
    })
    const { message, detail, agree } = deleteQuestion(letters, false)
    assert.deepEqual([message, agree], ['Delete 8 runs?', 'Delete Permanently'])
    assert.match(detail, /^a, b, c, d, e and 3 more\.\n\nWith all .*, 8 MB\. .*\n\nThere is no trash .* cannot be brought back\.$/)
  })

  it('tells the reason of each run that the trash did not take, plainly', () => {
    const why = '\u202eEBUSY: $(bug) busy'
    assert.deepEqual(forGoodQuestion([{ run: run('a'), why }]), {
      message: 'a could not be moved to the trash. Delete permanently instead?', detail: '• a: EBUSY: $ (bug) busy\n\nWhat is deleted cannot be brought back.', agree: 'Delete Permanently'
    })
    assert.match(forGoodQuestion(letters.map((each) => ({ run: each, why }))).detail, /• e: EBUSY: \$ \(bug\) busy\nand 3 more\n/)
  })

  it('tells what is still there', () => {
    assert.equal(keptText(letters.map((each) => ({ run: each, why: 'A trainer has taken it up meanwhile.' }))), 'a, b, c, d, e and 3 more could not be deleted. A trainer has taken it up meanwhile.')
  })
})
