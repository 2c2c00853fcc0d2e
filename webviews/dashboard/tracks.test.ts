import assert from 'node:assert/strict'
import type { MetricSeries } from '../../trainer/protocol/runViews.ts'
import { drawnSeries } from './runs.fixture.ts'
import { appendToTracks, metricNames, RL_TRACK, valuesOf } from './tracks.ts'
import type { Tracks } from './tracks.ts'

const RL = { name: 'rl', supervised: false }
const SFT = { name: 'sft', supervised: true }

/** Steps of one stage with the values of metrics. */
const of = (stage: string, steps: number[], series: MetricSeries['series'], planned: MetricSeries['planned'] = [RL]): MetricSeries =>
  ({ planned, stages: steps.map(() => stage), steps, seconds: steps, series, next: 10 })
const told = (tracks: Tracks) => [...tracks.values()].map(({ names, steps, stages, values }) => [names, steps, [...new Set(stages)], Object.fromEntries(values)])

describe('tracks of a run', () => {
  it('grow by what is new; a metric that comes later is null before', () => {
    const tracks: Tracks = new Map()
    appendToTracks(tracks, of('rl', [1, 2], { a: [0.1, 0.2] }))
    appendToTracks(tracks, of('rl', [3], { b: [7] }))
    const track = tracks.get(RL_TRACK)!
    assert.deepEqual([track.steps, track.seconds], [[1, 2, 3], [1, 2, 3]])
    assert.deepEqual([valuesOf(track, 'a'), valuesOf(track, 'b'), valuesOf(track, 'c')], [[0.1, 0.2, null], [null, null, 7], [null, null, null]])
  })

  it('take a step that was done again, and what follows, as it is now', () => {
    const tracks: Tracks = new Map()
    appendToTracks(tracks, of('rl', [1, 2, 3, 4], { a: [1, 2, 3, 4] }))
    appendToTracks(tracks, of('rl', [3, 4, 5], { a: [30, 40, 50] }))
    assert.deepEqual(told(tracks), [[['rl'], [1, 2, 3, 4, 5], ['rl'], { a: [1, 2, 30, 40, 50] }]])
    appendToTracks(tracks, of('rl', [2], { a: [20] }))
    assert.deepEqual(told(tracks), [[['rl'], [1, 2], ['rl'], { a: [1, 20] }]])
  })

  it('keep a supervised stage when the next one begins again at step 1, and its metrics apart', () => {
    const tracks: Tracks = new Map()
    appendToTracks(tracks, of('sft', [50, 100, 150], { 'loss/total': [3, 2, 1] }, [SFT, RL]))
    appendToTracks(tracks, of('rl', [1], { 'loss/total': [0.1], 'reward/mean': [0.5] }, [SFT, RL]))
    assert.deepEqual(told(tracks), [[['sft'], [50, 100, 150], ['sft'], { 'loss/total': [3, 2, 1] }], [['rl'], [1], ['rl'], { 'loss/total': [0.1], 'reward/mean': [0.5] }]])
    appendToTracks(tracks, of('sft', [100], { 'loss/total': [9] }, [SFT, RL]))
    assert.deepEqual(tracks.get('supervised sft')!.steps, [50, 100])
    assert.deepEqual(tracks.get(RL_TRACK)!.steps, [1])
  })

  it('count stages of reinforcement learning as one, of whatever name', () => {
    const planned = [{ name: 'easy', supervised: false }, SFT, { name: 'hard', supervised: false }]
    const tracks: Tracks = new Map()
    appendToTracks(tracks, of('easy', [1, 2], { a: [1, 2] }, planned))
    appendToTracks(tracks, of('sft', [1, 2, 3], { a: [7, 8, 9] }, planned))
    appendToTracks(tracks, of('hard', [3], { a: [3] }, planned))
    assert.deepEqual(told(tracks), [[['sft'], [1, 2, 3], ['sft'], { a: [7, 8, 9] }], [['easy', 'hard'], [1, 2, 3], ['easy', 'hard'], { a: [1, 2, 3] }]])
    assert.ok(tracks.has(RL_TRACK))
  })

  it('lose nothing of a run whose stages cannot be read', () => {
    const tracks: Tracks = new Map()
    appendToTracks(tracks, of('sft', [50], { a: [5] }, []))
    appendToTracks(tracks, of('rl', [1], { a: [1] }, []))
    assert.deepEqual(told(tracks).map(([names, steps]) => [names, steps]), [[['sft'], [50]], [['rl'], [1]]])
  })

  it('stay few whatever stages a file names', () => {
    const tracks: Tracks = new Map()
    const steps = Array.from({ length: 10_000 }, (_, i) => i + 1)
    appendToTracks(tracks, { planned: [], stages: steps.map((step) => `stage ${step}`), steps, seconds: steps, series: { a: steps }, next: 1 })
    assert.equal(tracks.size, 64)
    assert.equal([...tracks.values()].reduce((sum, track) => sum + track.steps.length, 0), 10_000)
  })

  it('find the members of a family', () => {
    const track = drawnSeries({ 'reward/part/answer': [1], 'reward/part/format': [1], 'reward/mean': [1] })
    assert.deepEqual(metricNames([track], 'reward/part/*'), ['reward/part/answer', 'reward/part/format'])
    assert.deepEqual([metricNames([track], 'reward/mean'), metricNames([track], 'kl/k1')], [['reward/mean'], []])
  })
})
