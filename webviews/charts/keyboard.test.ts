import assert from 'node:assert/strict'
import { moveFor } from './keyboard.ts'
import type { ChartPlace } from './keyboard.ts'

const steps = Array.from({ length: 100 }, (_, i) => i + 1)
const place: ChartPlace = { steps, step: 50, range: null, domain: { from: 1, to: 100 } }
const press = (key: string, at: Partial<ChartPlace> = {}, shiftKey = false) =>
  moveFor({ key, shiftKey, ctrlKey: false, metaKey: false, altKey: false }, { ...place, ...at })

describe('keys of a chart', () => {
  it('move the cursor within what is in view', () => {
    assert.deepEqual(press('ArrowLeft'), { kind: 'cursor', step: 49 })
    assert.deepEqual(press('ArrowRight', {}, true), { kind: 'cursor', step: 60 })
    assert.deepEqual(press('ArrowRight', { step: 100 }), { kind: 'cursor', step: 100 })
    assert.deepEqual(press('ArrowLeft', { step: null }), { kind: 'cursor', step: 100 })
    assert.deepEqual(press('Home', { range: { from: 40, to: 60 } }), { kind: 'cursor', step: 40 })
    assert.deepEqual(press('End', { range: { from: 40, to: 60 } }), { kind: 'cursor', step: 60 })
  })

  it('zoom about the cursor and out again', () => {
    assert.deepEqual(press('+'), { kind: 'zoom', range: { from: 25, to: 75 } })
    assert.deepEqual(press('-', { range: { from: 40, to: 60 } }), { kind: 'zoom', range: { from: 30, to: 70 } })
    assert.deepEqual(press('-', { range: { from: 10, to: 90 } }), { kind: 'zoom', range: null })
    assert.deepEqual(press('0', { range: { from: 40, to: 60 } }), { kind: 'zoom', range: null })
    assert.equal(press('Escape'), undefined)
  })

  it('pick the step, and leave keys with modifiers and empty charts alone', () => {
    assert.deepEqual(press('Enter'), { kind: 'pick', step: 50 })
    assert.equal(moveFor({ key: 'ArrowLeft', shiftKey: false, ctrlKey: true, metaKey: false, altKey: false }, place), undefined)
    assert.equal(press('Enter', { steps: [] }), undefined)
  })
})
