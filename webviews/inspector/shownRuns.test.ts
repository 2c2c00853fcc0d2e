import assert from 'node:assert/strict'
import type { RunCard, RunDetails } from '../../trainer/protocol/runViews.ts'
import type { Connection } from './inspectorModel.ts'
import { ShownRuns } from './shownRuns.ts'

interface Question {
  readonly run: string
  readonly answer: (name: string) => void
  readonly fail: () => void
}

/** Two runs, the questions that are asked about them, and what ends the rest behind an answer. */
function runs() {
  const asked: Question[] = []
  const rests: (() => void)[] = []
  let backs = 0
  const cards = ['/runs/a', '/runs/b'].map((directory) => ({ directory, name: 'old' }) as RunCard)
  const query = (_: string, { run }: { run: string }) => new Promise((resolve, reject) => {
    asked.push({ run, answer: (name) => resolve({ card: { directory: run, name }, rewardParts: [name] } as unknown as RunDetails), fail: () => reject(new Error('gone')) })
  })
  const shown = new ShownRuns({ query } as unknown as Pick<Connection, 'query'>, cards, () => undefined, () => backs++, () => new Promise<void>((resolve) => rests.push(resolve)))
  return { shown, asked, rested: () => { rests.shift()!(); return settled() }, backs: () => backs, names: () => shown.cards.map(({ name }) => name) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the runs of the inspector', () => {
  it('are read again when something is written about them, and only then', async () => {
    const { shown, asked, names, backs } = runs()
    shown.changed({ run: '/runs/a', what: ['rollouts', 'metrics', 'events'] })
    shown.changed({ run: '/runs/other', what: ['state'] })
    shown.changed({ folder: '/runs', what: ['list'] })
    assert.equal(asked.length, 0)
    shown.changed({ run: '/runs/a', what: ['state'] })
    asked[0]!.answer('renamed')
    await settled()
    assert.deepEqual([names(), shown.details.map(({ rewardParts }) => rewardParts), backs()], [['renamed', 'old'], [['renamed']], 0])
  })

  it('are asked about one question at a time, and once more, after a rest, where they changed meanwhile', async () => {
    const { shown, asked, names, rested } = runs()
    for (let times = 0; times < 3; times++) shown.changed({ run: '/runs/a', what: ['state'] })
    assert.equal(asked.length, 1)
    asked[0]!.answer('first')
    await settled()
    for (let times = 0; times < 3; times++) shown.changed({ run: '/runs/a', what: ['state'] })
    assert.deepEqual([asked.length, names()], [1, ['first', 'old']])
    await rested()
    assert.equal(asked.length, 2)
    asked[1]!.answer('second')
    await settled()
    await rested()
    assert.deepEqual([asked.length, names()], [2, ['second', 'old']])
  })

  it('are gone until they can be read again, whatever was asked before they went', async () => {
    const { shown, asked, backs } = runs()
    shown.changed({ run: '/runs/a', what: ['state'] })
    shown.changed({ run: '/runs/a', what: ['gone'] })
    asked[0]!.answer('read before')
    await settled()
    assert.deepEqual(shown.gone, ['/runs/a'])
    shown.changed({ run: '/runs/a', what: ['rollouts'] })
    asked[1]!.fail()
    await settled()
    assert.deepEqual([shown.gone, backs()], [['/runs/a'], 0])
    shown.changed({ run: '/runs/a', what: ['rollouts'] })
    asked[2]!.answer('back')
    await settled()
    assert.deepEqual([shown.gone, backs()], [[], 1])
  })

  it('are back where they could not be read at first', async () => {
    const { shown, asked, backs, names } = runs()
    shown.readAll()
    assert.deepEqual(asked.map(({ run }) => run), ['/runs/a', '/runs/b'])
    asked[0]!.fail()
    asked[1]!.answer('b')
    await settled()
    shown.changed({ run: '/runs/a', what: ['rollouts'] })
    asked[2]!.answer('a')
    await settled()
    assert.deepEqual([backs(), names()], [1, ['a', 'b']])
  })
})
