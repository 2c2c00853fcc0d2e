import assert from 'node:assert/strict'
import type { MetricSeries } from '../../trainer/protocol/runViews.ts'
import { CHARTS } from './chartList.ts'
import { hasSeeds } from './curves.ts'
import { linesFor, modelOf, stepWords, zoomAfter } from './dashboardModel.ts'
import { hasRollouts, rolloutsAt } from './pickedRollouts.ts'
import { card, evaluation, seriesOf, watched } from './runs.fixture.ts'
import { appendEvents, appendMetrics, emptySeries } from './runSeries.ts'
import { RL_TRACK } from './tracks.ts'
import { FRESH } from './viewState.ts'

const spec = (id: string) => CHARTS.find((each) => each.id === id)!
const SFT = { name: 'sft', supervised: true }

/** 150 steps of demonstrations, then two of reinforcement learning. */
function warm(directory: string, losses: readonly number[], seed = 1) {
  const series = emptySeries()
  const metrics: MetricSeries = {
    planned: [SFT, { name: 'rl', supervised: false }], stages: ['sft', 'sft', 'sft', 'rl', 'rl'], steps: [50, 100, 150, 1, 2], seconds: [1, 2, 3, 4, 5],
    series: { 'loss/total': losses, 'reward/mean': [null, null, null, 0.2, 0.4] }, next: 9
  }
  appendMetrics(series, metrics)
  appendEvents(series, [evaluation(0, 0.1)])
  return watched({ card: card({ directory, seed }), series })
}

describe('what the dashboard draws', () => {
  const run = warm('/runs/a', [3, 2, 1, 0.2, 0.1])
  const plain = watched({ card: card({ directory: '/runs/b', study: 'other' }), series: seriesOf({ 'loss/total': [0.9, 0.8], 'reward/mean': [0.1, 0.3] }) })

  it('is reinforcement learning from when it has begun, and each stage that was trained is there to choose', () => {
    const model = modelOf([run], FRESH)
    assert.deepEqual([model.tracks.map(({ name }) => name), model.track, model.domain], [['sft', 'rl'], RL_TRACK, { from: 0, to: 2 }])
    assert.deepEqual(linesFor(spec('loss'), model, {}).map(({ x, y }) => [x, y]), [[[1, 2], [0.2, 0.1]]])
    const chosen = modelOf([run], { ...FRESH, track: 'supervised sft' })
    assert.deepEqual(linesFor(spec('loss'), chosen, {}).map(({ x, y }) => [x, y]), [[[50, 100, 150], [3, 2, 1]]])
    assert.deepEqual([chosen.recorded.map(({ id }) => id), chosen.domain], [['loss'], { from: 50, to: 150 }])
  })

  it('lays the same stages of several runs over each other, step by step', () => {
    const model = modelOf([run, plain], FRESH)
    assert.deepEqual(linesFor(spec('loss'), model, {}).map(({ x, color }) => [x, color]), [[[1, 2], 0], [[1, 2], 1]])
    const chosen = modelOf([plain, run], { ...FRESH, track: 'supervised sft' })
    assert.deepEqual(linesFor(spec('loss'), chosen, {}).map(({ x }) => x), [[50, 100, 150]])
    assert.deepEqual(chosen.curves.map(({ color }) => color), [1], 'a run keeps its colour')
    const seeds = modelOf([run, warm('/runs/c', [5, 4, 3, 0.4, 0.3], 2)], { ...FRESH, track: 'supervised sft' })
    assert.deepEqual(linesFor(spec('loss'), seeds, {}).map(({ y, count }) => [y, count]), [[[4, 3, 2], [2, 2, 2]]])
  })

  it('says how many seeds are drawn, and takes no run for another seed that has the same', () => {
    const seeds = ['/runs/a', '/runs/b', '/runs/c'].map((directory, index) => warm(directory, [3, 2, 1, 0.2, 0.1], index + 1))
    const labels = (...hiddenRuns: string[]) => modelOf(seeds, { ...FRESH, hiddenRuns }).curves.map(({ label }) => label)
    assert.deepEqual([labels(), labels('/runs/b'), labels('/runs/b', '/runs/c')], [['chain (3 seeds)'], ['chain (2 seeds)'], ['chain, seed 1']])
    const again = [warm('/runs/a', [3, 2, 1, 0.2, 0.1]), warm('/runs/b', [3, 2, 1, 0.2, 0.1])]
    assert.deepEqual(modelOf(again, FRESH).curves.map(({ runs }) => runs.length), [1, 1])
    assert.deepEqual([hasSeeds(seeds), hasSeeds(again)], [true, false])
  })

  it('keeps a zoom on the steps that it was made on', () => {
    const zoom = { from: 60, to: 90 }
    const [nothing, sft, rl] = [modelOf([], FRESH), modelOf([run], { ...FRESH, track: 'supervised sft' }), modelOf([run], FRESH)]
    assert.deepEqual([zoomAfter(zoom, sft, sft), zoomAfter(zoom, sft, rl), zoomAfter(zoom, nothing, sft)], [zoom, null, zoom])
  })

  it('calls a step by its stage where there are several', () => {
    assert.equal(stepWords(modelOf([run], FRESH), 2), 'step 2 of rl')
    assert.equal(stepWords(modelOf([run], { ...FRESH, track: 'supervised sft' }), 50), 'step 50 of sft')
    assert.equal(stepWords(modelOf([plain], FRESH), 2), 'step 2')
  })

  it('opens the rollouts that a step of a chart stands for, and none of a stage that samples none', () => {
    const model = modelOf([run], FRESH)
    assert.deepEqual(rolloutsAt(spec('reward'), model, { step: 2, sparse: false }), { steps: { from: 2, to: 2 }, kinds: ['train'] })
    assert.deepEqual(rolloutsAt(spec('passAt1'), model, { step: 0, sparse: true }), { steps: { from: 0, to: 0 }, kinds: ['evaluation'] })
    assert.deepEqual([hasRollouts(spec('loss'), model), hasRollouts(spec('loss'), modelOf([run], { ...FRESH, track: 'supervised sft' }))], [true, false])
    const scorer = watched({ series: emptySeries() })
    appendMetrics(scorer.series, { planned: [{ name: 'rl', supervised: false }, { name: 'prm', supervised: true }], stages: ['rl', 'prm'], steps: [25, 40], seconds: [1, 2], series: { a: [1, 1] }, next: 1 })
    appendEvents(scorer.series, [evaluation(25, 0.5), evaluation(65, 0.6)])
    const after = modelOf([scorer], { ...FRESH, track: 'supervised prm' })
    assert.deepEqual(rolloutsAt(spec('passAtK'), after, { step: 40, sparse: true }), { steps: { from: 65, to: 65 }, kinds: ['evaluation'] })
  })
})
