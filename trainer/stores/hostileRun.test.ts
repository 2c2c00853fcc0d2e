import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { AT, newRun, rollout, temporaryFolder, weighed } from './fixtures.ts'
import { createRun, openRun, readRunRecord } from './runDirectory.ts'

const VICTIM = 'do not touch\n'

/** A run with one sealed and one open step, and a file outside it. */
async function runAndVictim(): Promise<{ directory: string; victim: string; outside: string }> {
  const directory = path.join(temporaryFolder(), 'run')
  const run = await createRun(newRun(directory))
  const sealed = run.rollouts.openStep({ kind: 'train', step: 1 })
  sealed.append(rollout({ step: 1 }))
  sealed.seal(weighed([rollout({ step: 1 })]))
  const open = run.rollouts.openStep({ kind: 'train', step: 2 })
  open.append(rollout({ step: 2 }))
  open.close()
  run.state.write({ version: 1, runId: '1', status: 'running', stage: 'rl', step: 1, steps: 9, seconds: 2, updatedAt: AT })
  run.close()
  const outside = temporaryFolder()
  const victim = path.join(outside, 'victim')
  fs.writeFileSync(victim, VICTIM)
  return { directory, victim, outside }
}

/** Does with a run everything that writes or deletes. */
async function useAll(directory: string): Promise<void> {
  const run = await openRun(directory)
  try {
    run.metrics.append({ version: 1, stage: 'rl', step: 2, at: AT, seconds: 1, values: {} })
    run.events.append({ version: 1, at: AT, step: 2, type: 'runPaused' })
    const open = run.rollouts.openStep({ kind: 'train', step: 2 })
    const row = rollout({ step: 2, attempt: open.attempt })
    open.append(row)
    open.seal([row])
    await run.rollouts.compact({ throughStep: 2, all: true })
    await run.checkpoints.save({ stage: 'rl', stageIndex: 0, stageStep: 1, step: 1, policyVersion: 1 }, new Date(0), async (folder) => fs.writeFileSync(path.join(folder, 'a'), 'a'))
    await run.checkpoints.retain(0)
    run.state.write({ version: 1, runId: '1', status: 'paused', stage: 'rl', step: 2, steps: 9, seconds: 2, updatedAt: AT })
    run.summary.read()
  } finally {
    run.close()
  }
}

describe('hostile run directory', () => {
  const files = [
    'run.json', 'run.lock', 'state.json', 'summary.json', 'metrics.jsonl', 'events.jsonl', 'rollouts/open-000002.jsonl', 'rollouts/sealing-000002.jsonl',
    'rollouts/step-000001.jsonl', 'rollouts/step-000002.jsonl', 'rollouts/shard-00007.parquet', 'rollouts/compacting-shard-00007.parquet',
    'rollouts', 'checkpoints', 'checkpoints/saving-step-000001', 'checkpoints/replaced-step-000001', 'checkpoints/deleting-step-000001', 'state.json.12345'
  ]
  for (const name of files) {
    it(`follows no link at ${name}`, async () => {
      const { directory, victim, outside } = await runAndVictim()
      const place = path.join(directory, name)
      const target = /\.|lock/.test(path.basename(name)) ? victim : outside
      fs.rmSync(place, { recursive: true, force: true })
      fs.symlinkSync(target, place)
      await assert.rejects(useAll(directory), (error) => LabError.is(error, 'link'))
      assert.equal(fs.readFileSync(victim, 'utf8'), VICTIM)
      assert.deepEqual(fs.readdirSync(outside), ['victim'])
    })
  }

  it('appends to no file that has a second name outside the run', async () => {
    const { directory, victim } = await runAndVictim()
    fs.rmSync(path.join(directory, 'events.jsonl'))
    fs.linkSync(victim, path.join(directory, 'events.jsonl'))
    await assert.rejects(useAll(directory), (error) => LabError.is(error, 'hard-link'))
    assert.equal(fs.readFileSync(victim, 'utf8'), VICTIM)
  })

  it('opens no pipe, which would never answer', async function () {
    const { directory } = await runAndVictim()
    fs.rmSync(path.join(directory, 'metrics.jsonl'))
    const made = spawnSync('mkfifo', [path.join(directory, 'metrics.jsonl')])
    if (made.status !== 0) fs.mkdirSync(path.join(directory, 'metrics.jsonl'))
    await assert.rejects(useAll(directory), (error) => LabError.is(error, made.status === 0 ? 'not-plain' : 'not-a-file'))
  })

  it('checks a size before it reads, and records before it believes them', async () => {
    const { directory } = await runAndVictim()
    fs.truncateSync(path.join(directory, 'state.json'), 2 ** 31)
    const run = await openRun(directory)
    assert.throws(() => run.state.read(), (error) => LabError.is(error, 'too-large'))
    fs.writeFileSync(path.join(directory, 'state.json'), '{"version":1,"step":-1}')
    assert.throws(() => run.state.read(), (error) => LabError.is(error, 'damaged-record') && error.message.includes('state.json'))
    fs.appendFileSync(path.join(directory, 'rollouts', 'step-000001.jsonl'), '{"version":1}\n')
    await assert.rejects(run.rollouts.readStep({ kind: 'train', step: 1 }), (error) => LabError.is(error, 'damaged-rollouts') && error.message.includes('step-000001.jsonl:2'))
    run.close()
    fs.writeFileSync(path.join(directory, 'run.json'), '{')
    assert.throws(() => readRunRecord(directory), (error) => LabError.is(error, 'damaged-record'))
  })
})
