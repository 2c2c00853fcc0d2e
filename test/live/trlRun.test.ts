import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { RolloutRow, ViewInfo } from '../../trainer/protocol/rolloutViews.ts'
import { Place } from '../process/tinyRun.ts'
import { TestQueries } from '../query/queryServer.ts'
import { samplesFolder } from '../samples/sampleFiles.ts'
import { GatedProgram, pythonWithTrl } from './gatedProgram.ts'
import { readWholeRun } from './recordedRun.ts'

const SORT = { by: 'recorded', descending: false } as const
const [STEPS, GROUP_SIZE, ROWS] = [2, 4, 8]

/** Group-relative advantages as TRL computes them: (reward − mean) / (standard deviation with n − 1, plus 1e-4). */
function advantagesOf(rewards: readonly number[]): number[] {
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length
  const deviation = Math.sqrt(rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / (rewards.length - 1))
  return rewards.map((reward) => (reward - mean) / (deviation + 1e-4))
}

const describeThem = pythonWithTrl === undefined ? describe.skip : describe

describeThem('a GRPOTrainer of TRL recorded by its callback (Python with trl)', function () {
  this.timeout(300_000)
  let place: Place
  let queries: TestQueries
  let program: GatedProgram
  beforeEach(() => {
    place = new Place()
    queries = new TestQueries()
  })
  afterEach(() => {
    program.kill()
    queries.close()
    place.remove()
  })

  it('shows rollouts and rewards before the update, advantages after it, and the end', async () => {
    const directory = place.at('run')
    program = new GatedProgram(pythonWithTrl!, './trl_run.py', [join(samplesFolder, 'models', 'arithmetic-chain'), directory, place.at('output')])
    let last: ViewInfo | undefined
    queries.notices.on('viewChanged', (info: ViewInfo) => { last = info })
    const rowsOf = async (view: string): Promise<readonly RolloutRow[]> => (await queries.ask('rollouts/page', { view, offset: 0, limit: 500 })).rows
    const until = async (fits: () => boolean | Promise<boolean>): Promise<void> => {
      while (!(await fits())) await delay(10)
    }
    await program.at('update 1')
    const { view } = await queries.ask('rollouts/open', { runs: [directory], filter: { kinds: ['train'] }, sort: SORT, by: 'rollouts', follow: true })
    for (let step = 1; step <= STEPS; step++) {
      if (step > 1) await program.at(`update ${step}`)
      await until(async () => (await rowsOf(view)).length === ROWS * step)
      const sampled = (await rowsOf(view)).slice(-ROWS)
      assert.deepEqual(sampled.map((row) => [row.step, row.advantage, row.policyVersion, row.environment]), new Array(ROWS).fill([step, null, step - 1, 'sums']))
      assert.deepEqual(sampled.map(({ sampleIndex }) => sampleIndex), [0, 1, 2, 3, 0, 1, 2, 3])
      for (const [row, { reward, parts, correct }] of sampled.entries()) {
        assert.deepEqual(Object.keys(parts).filter((name) => parts[name] !== null), row % 5 === 4 ? ['brevity'] : ['brevity', 'right'])
        assert.ok(Math.abs(reward! - (parts['brevity'] ?? 0) - (parts['right'] ?? 0)) < 1e-9)
        assert.equal(correct, row % 5 === 4 ? null : parts['right'] === 1)
      }
      program.go()
      await until(async () => (await rowsOf(view)).slice(-ROWS).every(({ advantage }) => advantage !== null))
      const weighed = (await rowsOf(view)).slice(-ROWS)
      for (let from = 0; from < ROWS; from += GROUP_SIZE) {
        const group = weighed.slice(from, from + GROUP_SIZE)
        const expected = advantagesOf(group.map(({ reward }) => reward!))
        for (const [i, { advantage }] of group.entries()) assert.ok(Math.abs(advantage! - expected[i]!) < 1e-3, `${advantage} instead of ${expected[i]}`)
      }
      program.go()
    }
    const { code, err } = await program.ended
    assert.equal(code, 0, err)
    await until(() => last?.total === ROWS * STEPS + GROUP_SIZE)

    const { card, rewardParts } = await queries.ask('runs/details', { run: directory })
    assert.deepEqual([card.status, card.step, card.steps, card.model, rewardParts], ['finished', STEPS, STEPS, 'arithmetic-chain', ['brevity', 'right']])
    const { series } = await queries.ask('runs/metrics', { run: directory, offset: 0, names: ['loss/total', 'gradient/norm', 'reward/mean', 'policy/entropy'] })
    for (const [name, values] of Object.entries(series)) assert.ok(values.length === STEPS && values.every((value) => value !== null), name)

    const { record, rollouts, metrics } = readWholeRun(directory)
    for (let step = 1; step <= STEPS; step++) {
      // Of the recorded tokens, and as TRL logged it.
      const [own, logged] = metrics.filter((one) => one.step === step).flatMap(({ values }) => values['policy/entropy'] ?? [])
      assert.ok(own !== undefined && logged !== undefined && own > 0 && Math.abs(own - logged) < 1e-4, `${own} and ${logged}`)
    }
    assert.match(record.recorded?.by ?? '', /^TRL 1\.\d+\.\d+ GRPOTrainer$/)
    assert.deepEqual([...rollouts.keys()], ['evaluation-000002.jsonl', 'step-000001.jsonl', 'step-000002.jsonl'])
    for (const { segments: [segment], gold } of [...rollouts.values()].flat()) {
      const { text, tokens, tokenEnds, logprobs, samplePrompt, stopReason } = segment!
      assert.ok(tokens.length > 0 && samplePrompt.tokens.length === 4 && gold !== undefined)
      assert.equal(tokenEnds.at(-1), text.length)
      assert.equal(logprobs.length, tokens.length)
      assert.equal(stopReason, tokens.at(-1) === 0 ? 'endOfText' : 'length')
    }
  })
})
