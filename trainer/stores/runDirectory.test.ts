import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import type { MetricsRecord } from '../protocol/metrics.ts'
import { Rollout } from '../protocol/rollout.ts'
import { AT, newRun, rollout, temporaryFolder, weighed } from './fixtures.ts'
import { readEvents } from './eventStore.ts'
import { readMetrics } from './metricsStore.ts'
import { createRun, isUnusedRunFolder, openRun } from './runDirectory.ts'
import type { RunDirectory } from './runDirectory.ts'

const train = (step: number) => ({ kind: 'train', step }) as const

function sealStep(run: RunDirectory, step: number, samples = 4): Rollout[] {
  const open = run.rollouts.openStep(train(step))
  const rows = Array.from({ length: samples }, (_, sample) => rollout({ step, sample, attempt: open.attempt }))
  for (const row of rows) open.append(row)
  open.seal(weighed(rows))
  return weighed(rows)
}

describe('run directory', () => {
  it('goes through a whole life: create, record, seal, close, reopen, read', async () => {
    const directory = path.join(temporaryFolder(), 'runs', 'countdown--base--1')
    const run = await createRun(newRun(directory))
    const sealed = sealStep(run, 1)
    const record: MetricsRecord = { version: 1, stage: 'rl', step: 1, at: AT, seconds: 2, values: { reward: 0.5 } }
    assert.equal(run.metrics.append(record), true)
    run.events.append({ version: 1, at: AT, step: 1, type: 'stepStarted', stage: 'rl', attempt: 1 })
    run.state.write({ version: 1, runId: '1', status: 'running', stage: 'rl', step: 1, steps: 9, seconds: 2, updatedAt: AT })
    run.close()

    const again = await openRun(directory)
    assert.deepEqual(await again.rollouts.readStep(train(1)), sealed)
    assert.deepEqual(again.state.read()?.step, 1)
    assert.equal(again.record.source.text, newRun(directory).source.text)
    assert.equal(again.metrics.append(record), false, 'a step done again leaves no second line')
    again.close()
    assert.deepEqual(readMetrics(path.join(directory, 'metrics.jsonl')), [record])
    assert.equal([...readEvents(path.join(directory, 'events.jsonl'))].length, 1)
    assert.deepEqual(fs.readdirSync(path.join(directory, 'rollouts')), ['step-000001.jsonl'])
    assert.equal(fs.existsSync(path.join(directory, 'run.lock')), false)
  })

  it('refuses a directory that exists, and one that is in use', async () => {
    const directory = path.join(temporaryFolder(), 'run')
    const run = await createRun(newRun(directory))
    await assert.rejects(createRun(newRun(directory)), (error) => LabError.is(error, 'run-exists'))
    await assert.rejects(openRun(directory), (error) => LabError.is(error, 'run-in-use'))
    run.close()
    const again = await openRun(directory)
    again.close()
  })

  it('takes an empty folder, and one in which making a run was cut short, but no other', async () => {
    const empty = temporaryFolder()
    const run = await createRun(newRun(empty))
    run.close()
    const cutShort = temporaryFolder()
    fs.writeFileSync(path.join(cutShort, 'run.lock'), '{"version":1,"pi')
    fs.writeFileSync(path.join(cutShort, 'run.json.1234567'), '{"ver')
    assert.equal(isUnusedRunFolder(cutShort), true)
    const second = await createRun(newRun(cutShort))
    assert.equal(isUnusedRunFolder(cutShort), false)
    second.close()
    assert.deepEqual(fs.readdirSync(cutShort).sort(), fs.readdirSync(empty).sort())
    const other = temporaryFolder()
    fs.writeFileSync(path.join(other, 'thesis.tex'), '')
    await assert.rejects(createRun(newRun(other)), (error) => LabError.is(error, 'run-exists'))
    assert.deepEqual(fs.readdirSync(other), ['thesis.tex'])
    await assert.rejects(createRun(newRun(path.join(other, 'thesis.tex'))), (error) => LabError.is(error, 'not-a-folder'))
  })

  it('closes steps that are still open with the run', async () => {
    const run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    const open = run.rollouts.openStep(train(1))
    run.close()
    assert.throws(() => open.append(rollout({ step: 1 })), (error) => LabError.is(error, 'closed'))
  })

  it('offers recorded rewards back and keeps the interrupted attempt as superseded', async () => {
    const directory = path.join(temporaryFolder(), 'run')
    const run = await createRun(newRun(directory))
    const first = run.rollouts.openStep(train(3))
    const recorded = [0, 1].map((sample) => rollout({ step: 3, sample }))
    for (const row of recorded) first.append(row)
    first.close()
    run.close()

    const again = await openRun(directory)
    const second = again.rollouts.openStep(train(3))
    assert.equal(second.attempt, 2)
    const identity = { group: '000', sampleIndex: 1, problemId: 'problem-0', tokens: [recorded[1]!.segments[0]!.tokens] }
    assert.deepEqual(second.recorded(identity)?.reward, recorded[1]!.reward)
    assert.equal(second.recorded({ ...identity, sampleIndex: 0 }), undefined, 'other tokens')
    assert.equal(second.recorded({ ...identity, problemId: 'problem-1' }), undefined)
    const rows = [0, 1].map((sample) => rollout({ step: 3, sample, attempt: 2 }))
    for (const row of rows) second.append(row)
    second.seal(weighed(rows))
    assert.deepEqual(await again.rollouts.readStep(train(3)), [...recorded.map((row) => ({ ...row, superseded: true })), ...weighed(rows)])
    again.close()
  })

  it('does a sealed step again as a further attempt', async () => {
    const run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    const before = sealStep(run, 1, 2)
    const after = sealStep(run, 1, 2)
    assert.deepEqual(await run.rollouts.readStep(train(1)), [...before.map((row) => ({ ...row, superseded: true })), ...after])
    assert.deepEqual(after.map((row) => row.attempt), [2, 2])
    run.close()
  })

  it('keeps what was recorded when doing a sealed step again was cut short', async () => {
    const directory = path.join(temporaryFolder(), 'run')
    const run = await createRun(newRun(directory))
    sealStep(run, 1, 2)
    const cutShort = run.rollouts.openStep(train(1))
    cutShort.append(rollout({ step: 1, attempt: 2 }))
    run.close()
    const again = await openRun(directory)
    sealStep(again, 1, 2)
    const rows = (await again.rollouts.readStep(train(1)))!
    assert.deepEqual(rows.map((row) => [row.attempt, row.superseded]), [[1, true], [1, true], [2, true], [3, false], [3, false]])
    again.close()
  })

  it('refuses a rollout of another step, twice the same, a hole when sealing, and numbers that are not finite', async () => {
    const run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    const open = run.rollouts.openStep(train(1))
    const row = rollout({ step: 1 })
    open.append(row)
    const code = (expected: string) => (error: unknown) => LabError.is(error, expected)
    assert.throws(() => open.append(row), code('duplicate-rollout'))
    assert.throws(() => open.append(rollout({ step: 2 })), code('wrong-step'))
    assert.throws(() => open.seal([]), code('incomplete-step'))
    assert.throws(() => open.seal([row, rollout({ step: 1, sample: 5 })]), code('unrecorded-rollout'))
    const broken = rollout({ step: 1, sample: 1 })
    broken.segments[0]!.logprobs[7] = NaN
    assert.throws(() => open.append(broken), (error) => LabError.is(error, 'not-finite') && error.message.includes('.segments[0].logprobs[7]'))
    assert.throws(() => run.rollouts.openStep(train(1)), code('step-open'))
    open.seal([row])
    run.close()
  })

  it('compacts steps into shards that read back as the same records', async () => {
    const directory = path.join(temporaryFolder(), 'run')
    const run = await createRun(newRun(directory))
    const steps = [1, 2, 3].map((step) => sealStep(run, step, 5))
    for (const row of steps.flat()) Rollout.parse(row)
    assert.equal(await run.rollouts.compact({ throughStep: 2, all: false, rolloutsPerShard: 10 }), 2)
    assert.deepEqual(fs.readdirSync(path.join(directory, 'rollouts')), ['index-00000.parquet', 'shard-00000.parquet', 'step-000003.jsonl', 'text-00000.parquet'])
    run.close()
    const again = await openRun(directory)
    for (const [i, rows] of steps.entries()) assert.deepEqual(await again.rollouts.readStep(train(i + 1)), rows)
    assert.throws(() => again.rollouts.openStep(train(2)), (error) => LabError.is(error, 'step-compacted'))
    again.close()
  })
})
