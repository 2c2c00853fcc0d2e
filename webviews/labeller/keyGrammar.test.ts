import assert from 'node:assert/strict'
import { actionOf, KEY_WORDS } from './keyGrammar.ts'
import type { Pressed } from './keyGrammar.ts'

const press = (key: string, held: Partial<Pressed> = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...held })

describe('the keys of the labeller', () => {
  it('rate, move, commit and take back', () => {
    assert.deepEqual(['+', '=', '0', '-', '−', 'u'].map((key) => actionOf(press(key), 'page')), [1, 1, 0, -1, -1, 'unsure'].map((rating) => ({ do: 'rate', rating })))
    assert.deepEqual(actionOf(press('9'), 'page'), { do: 'digit', digit: 9 })
    assert.deepEqual(['ArrowUp', 'ArrowRight', 'Enter', 'z', '?', 'f', 'c'].map((key) => actionOf(press(key), 'page')?.do), ['up', 'nextItem', 'commit', 'undo', 'help', 'flag', 'critique'])
  })

  it('complete with Ctrl or Cmd, also from text', () => {
    for (const where of ['page', 'text', 'control'] as const) {
      assert.deepEqual(actionOf(press('Enter', { ctrlKey: true }), where), { do: 'complete' })
      assert.deepEqual(actionOf(press('Enter', { metaKey: true }), where), { do: 'complete' })
    }
  })

  it('belong to the text while one is written, except Escape', () => {
    for (const key of ['a', '0', '-', '?', 'z', 'Enter', 'ArrowUp']) assert.equal(actionOf(press(key), 'text'), undefined, key)
    assert.deepEqual(actionOf(press('Escape'), 'text'), { do: 'leave' })
  })

  it('leave controls what they need, and VS Code its shortcuts', () => {
    assert.equal(actionOf(press('Enter'), 'control'), undefined)
    assert.equal(actionOf(press('ArrowDown'), 'control'), undefined)
    assert.deepEqual(actionOf(press('f'), 'control'), { do: 'flag' })
    assert.equal(actionOf(press('z', { ctrlKey: true }), 'page'), undefined)
    assert.equal(actionOf(press('z', { altKey: true }), 'page'), undefined)
    assert.equal(actionOf(press('toString'), 'page'), undefined)
  })

  it('are on the cheat sheet', () => {
    const words = KEY_WORDS.map(([keys]) => keys).join(' ')
    for (const key of ['+', '0', '−', 'u', 'n', 'v', 'c', 'b', 'f', 'Enter', 'Ctrl+Enter', 'Esc', 'z', 'a', 'x', 's', 'i', 'm', 'p', 'o', 'g', '?']) assert.ok(words.split(/[ ,]+/).includes(key), key)
  })
})
