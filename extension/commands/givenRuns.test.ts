import assert from 'node:assert/strict'
import { shown } from '../runs/runs.fixture.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import type { TreeNode } from '../tree/treeNodes.ts'
import { givenRun, givenRuns } from './givenRuns.ts'

const run = (name: string): ShownRun => shown({ directory: `/runs/${name}`, name })
const node = (name: string): TreeNode => ({ kind: 'run', run: run(name) })

/** A list that knows these runs, and more of them once it was read again. */
function list(known: readonly string[], later = known) {
  let names = known
  const reads = { count: 0 }
  const runs = {
    find: (directory: string) => names.map(run).find(({ card }) => card.directory === directory),
    reload: async () => {
      reads.count++
      names = later
    }
  }
  return { runs, reads }
}
const named = (given: ShownRun | readonly ShownRun[] | 'gone' | undefined): unknown => (typeof given !== 'object' ? given : 'card' in given ? given.card.name : given.map(({ card }) => card.name))

describe('the run of a command for one', () => {
  const { runs } = list(['a', 'b', 'c'])
  const one = async (...given: unknown[]): Promise<unknown> => named(await givenRun(runs, given))

  it('is the one that was clicked, not the first that is selected', async () => {
    assert.equal(await one(node('b'), [node('a'), node('b')]), 'b')
    assert.deepEqual([await one(node('c')), await one('/runs/a'), await one(['/runs/b'])], ['c', 'a', 'b'])
  })

  it('is no other where it is gone', async () => {
    assert.equal(await one('/runs/deleted'), 'gone')
    assert.equal(await one(node('deleted'), [node('a'), node('deleted')]), 'gone')
  })

  it('is still to be chosen where the command was called on none', async () => {
    assert.deepEqual([await one(), await one(undefined), await one({ scheme: 'file', path: '/x' }), await one({ kind: 'trouble', message: '', detail: '' })], Array(4).fill(undefined))
  })

  it('is looked for in the folders where the list does not know it yet', async () => {
    const { runs: stale, reads } = list(['a'], ['a', 'new'])
    assert.equal(named(await givenRun(stale, ['/runs/a'])), 'a')
    assert.equal(reads.count, 0)
    assert.equal(named(await givenRun(stale, ['/runs/new'])), 'new')
    assert.equal(reads.count, 1)
  })
})

describe('the runs of a command for several', () => {
  const { runs } = list(['a', 'b', 'c'])
  const several = async (...given: unknown[]): Promise<unknown> => named(await givenRuns(runs, given))

  it('are all that are selected, each once', async () => {
    assert.deepEqual(await several(node('b'), [node('a'), node('b'), node('a'), { kind: 'group', group: { label: 'x', runs: [] } }]), ['a', 'b'])
    assert.deepEqual([await several(node('b')), await several(['/runs/a', '/runs/c']), await several()], [['b'], ['a', 'c'], []])
  })

  it('are those that are there; where none is, that is said', async () => {
    assert.deepEqual(await several(node('a'), [node('a'), node('deleted')]), ['a'])
    assert.equal(await several('/runs/deleted'), 'gone')
  })
})
