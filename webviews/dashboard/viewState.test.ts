import assert from 'node:assert/strict'
import { FRESH, readViewState, toggled } from './viewState.ts'

describe('state of the dashboard', () => {
  it('comes back as it was saved', () => {
    const state = { ...FRESH, smoothing: 0.8, zoom: { from: 3, to: 9 }, track: 'supervised sft', hiddenCharts: ['kl'], hiddenRuns: ['/r'], joinSeeds: false, choices: { parts: 'answer' }, openPanels: ['charts'], scroll: 40 }
    assert.deepEqual(readViewState(structuredClone(state)), state)
  })

  it('is fresh where what was saved cannot be understood', () => {
    for (const saved of [null, undefined, 3, [], { smoothing: 'x', zoom: { from: 9, to: 3 }, hiddenCharts: [1], choices: [], scroll: NaN }]) assert.deepEqual(readViewState(saved), FRESH)
    assert.equal(readViewState({ smoothing: 7 }).smoothing, 0.99)
  })

  it('puts in and takes out once', () => {
    assert.deepEqual([toggled(['a'], 'a', true), toggled(['a', 'b'], 'a', false), toggled([], 'a', true)], [['a'], ['b'], ['a']])
  })
})
