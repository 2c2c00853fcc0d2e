import assert from 'node:assert/strict'
import type { MetricSeries } from '../../trainer/protocol/runViews.ts'
import { evaluation } from './runs.fixture.ts'
import { appendEvents, appendMetrics, emptySeries } from './runSeries.ts'
import type { RunSeries } from './runSeries.ts'
import { RL_TRACK } from './tracks.ts'
import { stageAt, trackSeries } from './trackSeries.ts'

const supervised = (name: string) => ({ name, supervised: true })
const rl = (name = 'rl') => ({ name, supervised: false })

/** A run with these stages, the last steps of those that have begun, and evaluations at these steps. */
function runOf(planned: MetricSeries['planned'], reached: Readonly<Record<string, readonly number[]>>, evaluated: readonly number[]): RunSeries {
  const run = emptySeries()
  const entries = Object.entries(reached).flatMap(([stage, steps]) => steps.map((step) => ({ stage, step })))
  appendMetrics(run, { planned, stages: entries.map(({ stage }) => stage), steps: entries.map(({ step }) => step), seconds: entries.map(() => 1), series: { a: entries.map(() => 1) }, next: 1 })
  appendEvents(run, evaluated.map((step) => evaluation(step, 0.5)))
  return run
}
const evaluatedOn = (run: RunSeries, key: string) => trackSeries(run, key)?.evaluations.map(({ step }) => step)

describe('what charts draw of a run', () => {
  it('is nothing before a stage has begun; the evaluation before training begins that of reinforcement learning', () => {
    const run = runOf([supervised('sft'), rl()], { sft: [50, 150] }, [])
    assert.equal(trackSeries(run, RL_TRACK), undefined)
    assert.equal(trackSeries(run, 'nothing'), undefined)
    appendEvents(run, [evaluation(0, 0.5)])
    assert.deepEqual([evaluatedOn(run, RL_TRACK), evaluatedOn(run, 'supervised sft')], [[0], []])
  })

  it('is each evaluation at the step of the stage after which it was made', () => {
    const warm = runOf([supervised('sft'), rl()], { sft: [50, 150], rl: [1, 2] }, [0, 2])
    assert.deepEqual([evaluatedOn(warm, RL_TRACK), trackSeries(warm, RL_TRACK)!.evaluatedFrom], [[0, 2], 0])
    const scorer = runOf([rl(), supervised('prm')], { rl: [1, 25], prm: [20, 40] }, [0, 25, 65])
    assert.deepEqual([evaluatedOn(scorer, RL_TRACK), evaluatedOn(scorer, 'supervised prm'), trackSeries(scorer, 'supervised prm')!.evaluatedFrom], [[0, 25], [0, 40], 25])
    const rows = runOf([supervised('sft'), supervised('cft')], { sft: [150], cft: [40] }, [150, 190])
    assert.deepEqual([evaluatedOn(rows, 'supervised sft'), evaluatedOn(rows, 'supervised cft')], [[150], [0, 40]])
    const between = runOf([rl('easy'), supervised('sft'), rl('hard')], { easy: [1, 25], sft: [150], hard: [26, 50] }, [0, 25, 50])
    assert.deepEqual([evaluatedOn(between, RL_TRACK), evaluatedOn(between, 'supervised sft')], [[0, 25, 50], []])
  })

  it('names the stage of each step', () => {
    const series = trackSeries(runOf([rl('easy'), rl('hard')], { easy: [1, 2], hard: [3, 4] }, [0, 9]), RL_TRACK)!
    assert.deepEqual([0, 1, 2, 3, 4, 9].map((step) => stageAt(series, step)), ['easy', 'easy', 'easy', 'hard', 'hard', 'hard'])
  })
})
