import assert from 'node:assert/strict'
import { chartLines, lineKinds } from './chartLines.ts'
import { CHARTS } from './chartList.ts'
import { curvesOf, hasSeeds } from './curves.ts'
import { card, evaluation, drawnSeries } from './runs.fixture.ts'

const spec = (id: string) => CHARTS.find((each) => each.id === id)!
const run = (seed: number, reward: number[], more: Parameters<typeof card>[0] = {}, events: Parameters<typeof drawnSeries>[1] = []) => ({
  card: card({ directory: `/runs/${seed}`, seed, ...more }),
  series: drawnSeries({ 'reward/mean': reward, 'reward/std': reward.map(() => 0.4), 'rollouts/total': reward.map(() => 68), 'rollouts/notScorable': reward.map(() => 4), 'train/passAt1': reward }, events)
})

describe('lines of charts', () => {
  it('give the reward its interval over the groups with a reward', () => {
    const values = { 'reward/mean': [0.5, 0.5], 'reward/standardError': [0.05, null], 'reward/std': [0.4, 0.4], 'groups/total': [18, 18], 'groups/dropped/notScorable': [2, null], 'rollouts/total': [64, 64] }
    const [line] = chartLines(spec('reward'), curvesOf([{ card: card({}), series: drawnSeries(values) }], true), undefined)
    assert.ok(Math.abs(line!.high![0]! - (0.5 + 2.131 * 0.05)) < 1e-12)
    assert.ok(Math.abs(line!.low![0]! - (0.5 - 2.131 * 0.05)) < 1e-12)
    assert.ok(Math.abs(line!.high![1]! - (0.5 + 1.96 * (0.4 / 8))) < 1e-12)
  })

  it('give the reward of an older run its interval over the scorable rollouts', () => {
    const [line] = chartLines(spec('reward'), curvesOf([run(1, [0.5])], true), undefined)
    assert.ok(Math.abs(line!.high![0]! - (0.5 + 1.96 * (0.4 / 8))) < 1e-12)
    assert.deepEqual([line!.label, line!.color, line!.dash], ['mean', 0, 0])
  })

  it('draw training and held-out pass@1 of one run, the held-out ones as points', () => {
    const curves = curvesOf([run(1, [0.5, 0.6], {}, [evaluation(0, 0.3), evaluation(2, 0.7), evaluation(2, 0.1, '7 operations')])], true)
    const lines = chartLines(spec('passAt1'), curves, undefined)
    assert.deepEqual(lines.map(({ label, sparse, x, y }) => [label, sparse, x, y]), [
      ['training problems', undefined, [1, 2], [0.5, 0.6]], ['held out', true, [0, 2], [0.3, 0.7]], ['held out, 7 operations', true, [2], [0.1]]
    ])
    assert.deepEqual(lineKinds(spec('passAtK'), curves[0]!.runs.map((each) => each.series)).map((kind) => kind.name), [
      'pass@1', 'pass@4', 'pass@1, held out, 7 operations', 'pass@4, held out, 7 operations'
    ])
  })

  it('draw seeds of a study as their mean with Student’s interval, over those that have a value', () => {
    const curves = curvesOf([run(1, [1, 1]), run(2, [2, 3]), run(3, [3])], true)
    assert.deepEqual(curves.map(({ label }) => label), ['chain (3 seeds)'])
    const [line] = chartLines(spec('reward'), curves, undefined)
    assert.deepEqual([line!.y, line!.count], [[2, 2], [3, 2]])
    assert.ok(Math.abs(line!.high![0]! - (2 + 4.303 / Math.sqrt(3))) < 1e-9)
    assert.ok(Math.abs(line!.high![1]! - (2 + 12.706 * Math.SQRT2 / Math.SQRT2)) < 1e-9)
  })

  it('draw one line per run where runs are compared, each with a colour and dashes of its own', () => {
    const runs = [run(1, [1]), run(2, [2]), run(3, [3], { study: 'other', name: 'control' })]
    const curves = curvesOf(runs, false)
    assert.deepEqual(curves.map(({ label }) => label), ['chain, seed 1', 'chain, seed 2', 'control'])
    const lines = chartLines(spec('passAt1'), curves, 'training problems')
    assert.deepEqual(lines.map(({ color, dash, y }) => [color, dash, y]), [[0, 0, [1]], [1, 1, [2]], [2, 2, [3]]])
    assert.deepEqual(chartLines(spec('passAt1'), curves, 'no such line').map(({ y }) => y), lines.map(({ y }) => y))
    assert.deepEqual([hasSeeds(runs), hasSeeds(runs.slice(1))], [true, false])
  })

  it('are none where nothing was recorded', () => {
    assert.deepEqual(chartLines(spec('kl'), curvesOf([run(1, [1])], true), undefined), [])
    assert.deepEqual(chartLines(spec('reward'), [], undefined), [])
  })
})

describe('charts of executions', () => {
  const names = ['executions/perSecond', 'executions/timeShare', 'executions/failed', 'tests/failed/timeout', 'tests/failed/wrongValue', 'tests/notJudged', 'tamper/rollouts', 'tamper/kind/earlyExit']

  it('draw each metric of an execution on one chart, and none of a run without programs', () => {
    const code = { card: card({}), series: drawnSeries(Object.fromEntries(names.map((name) => [name, [0.5, 0.25]]))) }
    const drawn = CHARTS.filter(({ group }) => group === 'Execution').map((each) => [each.id, lineKinds(each, [code.series]).map(({ name }) => name)] as const).filter(([, lines]) => lines.length > 0)
    assert.deepEqual(Object.fromEntries(drawn), {
      tests: ['not judged'], testFailures: ['timeout', 'wrong value'], executionSpeed: ['run and judged'], executionShare: ['of its time', 'failed by the machine'], tamper: ['any mark'], tamperKinds: ['early exit']
    })
    assert.deepEqual(CHARTS.filter(({ group }) => group === 'Execution').flatMap((each) => lineKinds(each, [run(1, [1]).series])), [])
  })

  it('take a reason that a step did not have for none', () => {
    const [line] = chartLines(spec('testFailures'), curvesOf([{ card: card({}), series: drawnSeries({ 'tests/failed/timeout': [null, 2] }) }], true), undefined)
    assert.deepEqual(line!.y, [0, 2])
  })
})
