import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { stateKeeper } from './stateKeeper.ts'

const PAUSE = 20

/** VS Code's memory of a panel, which outlives its pages, and what the host was told. */
function panel() {
  let kept: unknown
  const told: unknown[] = []
  const host = { getState: () => kept, setState: (state: unknown) => void (kept = structuredClone(state)) }
  return { told, kept: () => kept, load: () => stateKeeper(host, 'id', (state) => void told.push(state), PAUSE) }
}

describe('what a page keeps', () => {
  it('lies in VS Code at once, and is told to the host a little later', async () => {
    const { told, kept, load } = panel()
    load().keep('a')
    assert.deepEqual([kept(), told], [{ identity: 'id', state: 'a' }, []])
    await delay(2 * PAUSE)
    assert.deepEqual(told, ['a'])
  })

  it('is told while somebody types without a pause', async () => {
    const { told, load } = panel()
    const keeper = load()
    for (let text = 'x'; text.length < 40 && told.length === 0; text += 'x') {
      keeper.keep(text)
      await delay(PAUSE / 4)
    }
    assert.equal(told.length, 1)
  })

  it('reaches the host from the next load where the page went before it was told', () => {
    const { told, load } = panel()
    const keeper = load()
    keeper.keep('half')
    keeper.keep('a burst')
    load()
    assert.deepEqual(told, ['a burst'])
  })

  it('is told once where the page says that it goes, and not at all where nothing is new', async () => {
    const { told, load } = panel()
    const keeper = load()
    keeper.flush()
    keeper.keep('a')
    keeper.flush()
    keeper.flush()
    await delay(2 * PAUSE)
    assert.deepEqual(told, ['a'])
  })

  it('is nothing at first, which the host is not told in place of what it has', () => {
    const { told, kept, load } = panel()
    load()
    assert.deepEqual([kept(), told], [{ identity: 'id', state: null }, []])
  })
})
