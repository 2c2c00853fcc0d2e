import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import type { Rollout } from '../protocol/rollout.ts'
import { crashingOps, SimulatedCrash } from './faults.ts'
import { newRun, rollout, temporaryFolder, weighed } from './fixtures.ts'
import { createRun, openRun } from './runDirectory.ts'
import type { RunDirectory } from './runDirectory.ts'
import { listSealed, readCompactedStep } from './shardReader.ts'
import { readSealedRollouts } from './rolloutLines.ts'

const train = (step: number) => ({ kind: 'train', step }) as const

/** Runs the scenario with a crash at its first disk change, then at its second, … until it gets through. */
async function atEveryPoint(setUp: (run: RunDirectory) => Promise<void>, scenario: (run: RunDirectory) => Promise<void>, check: (directory: string, done: boolean) => Promise<void>): Promise<number> {
  for (let crashAt = 1; ; crashAt++) {
    const directory = path.join(temporaryFolder(), 'run')
    const first = await createRun(newRun(directory))
    await setUp(first)
    first.close()
    const done = await crash(directory, crashAt, scenario)
    await check(directory, done)
    if (done) return crashAt
  }
}

async function crash(directory: string, crashAt: number, scenario: (run: RunDirectory) => Promise<void>): Promise<boolean> {
  try {
    const run = await openRun(directory, { ops: crashingOps(crashAt).ops })
    await scenario(run)
    return true
  } catch (error) {
    if (!(error instanceof SimulatedCrash)) throw error
    return false
  } finally {
    // The lock names this very process, which is alive: what a dead one leaves has its own tests.
    fs.rmSync(path.join(directory, 'run.lock'), { force: true })
  }
}

function record(run: RunDirectory, step: number, recorded: Rollout[], samples = 3): void {
  const open = run.rollouts.openStep(train(step))
  const rows = Array.from({ length: samples }, (_, sample) => rollout({ step, sample, attempt: open.attempt, tokens: 4 }))
  for (const row of rows) {
    open.append(row)
    recorded.push(row)
  }
  open.seal(weighed(rows))
}

describe('a crash at any point', () => {
  it('of recording and sealing a step loses and doubles nothing', async () => {
    let recorded: Rollout[] = []
    const points = await atEveryPoint(
      async () => { recorded = [] },
      async (run) => record(run, 1, recorded),
      async (directory, done) => {
        const run = await openRun(directory)
        const sealed = await run.rollouts.readStep(train(1))
        assert.ok(!done || sealed !== undefined, 'a seal that returned holds')
        if (sealed !== undefined) {
          assert.deepEqual(sealed, weighed(recorded))
          assert.deepEqual(fs.readdirSync(path.join(directory, 'rollouts')), ['step-000001.jsonl'])
        } else {
          const open = run.rollouts.openStep(train(1))
          for (const row of recorded) {
            assert.deepEqual(open.recorded({ group: row.group, sampleIndex: row.sampleIndex, problemId: row.problemId, tokens: [row.segments[0]!.tokens] }), row)
          }
        }
        run.close()
      }
    )
    assert.ok(points > 10, `only ${points} points`)
  })

  it('of doing a step again keeps every attempt once', async () => {
    let recorded: Rollout[] = []
    await atEveryPoint(
      async (run) => {
        recorded = []
        const open = run.rollouts.openStep(train(1))
        const row = rollout({ step: 1 })
        open.append(row)
        recorded.push(row)
        open.close()
      },
      async (run) => record(run, 1, recorded),
      async (directory) => {
        const acknowledged = recorded.map((row) => row.id)
        const run = await openRun(directory)
        if (!run.rollouts.isSealed(train(1))) record(run, 1, recorded)
        const rows = (await run.rollouts.readStep(train(1))) ?? []
        const ids = rows.map((row) => row.id)
        assert.equal(new Set(ids).size, ids.length)
        for (const id of acknowledged) assert.ok(ids.includes(id))
        const live = rows.filter((row) => !row.superseded)
        assert.equal(live.length, 3)
        assert.equal(new Set(live.map((row) => row.attempt)).size, 1)
        run.close()
      }
    )
  })

  it('of compacting leaves every rollout readable exactly once, before and after recovery', async () => {
    const all: Rollout[] = []
    const points = await atEveryPoint(
      async (run) => {
        all.length = 0
        for (const step of [1, 2]) record(run, step, all)
      },
      async (run) => { await run.rollouts.compact({ throughStep: 2, all: true }) },
      async (directory, done) => {
        const folder = path.join(directory, 'rollouts')
        if (fs.readdirSync(folder).every((name) => !name.startsWith('shard-') || fs.existsSync(path.join(folder, name.replace('shard', 'index'))))) {
          assert.deepEqual(await readUnrecovered(folder), weighed(all))
        } else assert.fail('a shard without its index')
        const run = await openRun(directory)
        assert.deepEqual([...(await run.rollouts.readStep(train(1)))!, ...(await run.rollouts.readStep(train(2)))!], weighed(all))
        const names = fs.readdirSync(folder)
        assert.ok(!done || !names.some((name) => name.endsWith('.jsonl')))
        assert.ok(!names.some((name) => name.startsWith('compacting-')))
        assert.ok(names.join().match(/^(step-000001.jsonl,step-000002.jsonl|index-00000.parquet,shard-00000.parquet,text-00000.parquet)$/), names.join())
        run.close()
      }
    )
    assert.ok(points >= 8, `only ${points} points`)
  })

  it('of saving a checkpoint leaves the old one or the new one whole', async () => {
    const position = (step: number) => ({ stage: 'rl', stageIndex: 0, stageStep: step, step, policyVersion: step })
    const save = (run: RunDirectory, step: number, text: string) =>
      run.checkpoints.save(position(step), new Date(0), async (folder) => fs.writeFileSync(path.join(folder, 'model.safetensors'), text))
    for (const step of [10, 20]) {
      const points = await atEveryPoint(
        async (run) => { await save(run, 10, 'old') },
        async (run) => {
          await save(run, step, 'new')
          await run.checkpoints.retain(0)
        },
        async (directory, done) => {
          const run = await openRun(directory)
          const latest = await run.checkpoints.latestWhole()
          const text = fs.readFileSync(path.join(latest!.directory, 'model.safetensors'), 'utf8')
          assert.ok(text === 'new' || (text === 'old' && !done && latest!.checkpoint.step === 10))
          assert.ok(fs.readdirSync(path.join(directory, 'checkpoints')).every((name) => name.startsWith('step-')))
          run.close()
        }
      )
      assert.ok(points > 8, `only ${points} points`)
    }
  })

  it('of exporting the model leaves the old one or the new one whole, and nothing beside it', async () => {
    const save = (run: RunDirectory, text: string) => run.model.save(async (folder) => fs.writeFileSync(path.join(folder, 'model.safetensors'), text))
    for (const before of [undefined, 'old']) {
      const points = await atEveryPoint(
        async (run) => { if (before !== undefined) await save(run, before) },
        async (run) => { await save(run, 'new') },
        async (directory, done) => {
          const run = await openRun(directory)
          const found = run.model.directory === undefined ? undefined : fs.readFileSync(path.join(run.model.directory, 'model.safetensors'), 'utf8')
          assert.ok(found === 'new' || (found === before && !done), `found ${found}`)
          assert.deepEqual(fs.readdirSync(directory).filter((name) => name.endsWith('-model')), [])
          run.close()
        }
      )
      assert.ok(points >= 5, `only ${points} points`)
    }
  })
})

/** What a reader sees that does not recover anything: step files first, then shards. */
async function readUnrecovered(folder: string): Promise<Rollout[]> {
  const { batches } = listSealed(folder)
  const rows: Rollout[] = []
  for (const step of [1, 2]) {
    const own = batches.find(({ batch }) => batch.step === step)
    rows.push(...(own === undefined ? (await readCompactedStep(folder, train(step)))! : readSealedRollouts(own.file)))
  }
  return rows
}
