import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { failingOps } from './faults.ts'
import type { FileOps } from './fileOps.ts'
import { AT, newRun, rollout, temporaryFolder, weighed } from './fixtures.ts'
import { createRun, openRun } from './runDirectory.ts'
import type { RunDirectory } from './runDirectory.ts'

const train = { kind: 'train', step: 1 } as const

async function everything(run: RunDirectory, step: number): Promise<void> {
  const open = run.rollouts.openStep({ kind: 'train', step })
  const row = rollout({ step, attempt: open.attempt })
  open.append(row)
  run.metrics.append({ version: 1, stage: 'rl', step, at: AT, seconds: 1, values: {} })
  open.seal([row])
  await run.checkpoints.save({ stage: 'rl', stageIndex: 0, stageStep: step, step, policyVersion: step }, new Date(0), async (folder) => fs.writeFileSync(path.join(folder, 'a'), 'a'))
  await run.checkpoints.save({ stage: 'rl', stageIndex: 0, stageStep: step, step, policyVersion: step }, new Date(0), async (folder) => fs.writeFileSync(path.join(folder, 'a'), 'a'))
  run.state.write({ version: 1, runId: '1', status: 'running', stage: 'rl', step, steps: 9, seconds: 2, updatedAt: AT })
}

describe('disk faults', () => {
  for (const [errno, code] of [['ENOSPC', 'disk-full'], ['EROFS', 'read-only'], ['EACCES', 'no-permission']] as const) {
    for (const name of ['write', 'open', 'sync', 'rename', 'unlink', 'makeFolder', 'removeFolder', 'replace', 'link'] as const satisfies readonly (keyof FileOps)[]) {
      it(`${errno} in ${name} is a clear error, and the run goes on afterwards`, async () => {
        const directory = path.join(temporaryFolder(), 'run')
        const first = await createRun(newRun(directory))
        const open = first.rollouts.openStep(train)
        open.append(rollout({ step: 1 }))
        open.seal(weighed([rollout({ step: 1 })]))
        first.close()
        let failing = name === 'link'
        const broken = async (): Promise<void> => {
          const run = await openRun(directory, { ops: failingOps(name, errno, () => failing) })
          try {
            failing = true
            await everything(run, 2)
          } finally {
            failing = false
            run.close()
          }
        }
        await assert.rejects(broken(), (error) => LabError.is(error, code) && error.remedy !== '' && error.place !== undefined)
        failing = false
        const run = await openRun(directory)
        assert.deepEqual(await run.rollouts.readStep(train), weighed([rollout({ step: 1 })]))
        await everything(run, 2)
        const live = (await run.rollouts.readStep({ kind: 'train', step: 2 }))!.filter((row) => !row.superseded)
        assert.equal(live.length, 1)
        assert.equal((await run.checkpoints.latestWhole())?.checkpoint.step, 2)
        run.close()
      })
    }
  }

  it('a file in place of a folder is a clear error', async () => {
    const file = path.join(temporaryFolder(), 'file')
    fs.writeFileSync(file, '')
    await assert.rejects(createRun(newRun(path.join(file, 'runs', 'run'))), (error) => LabError.is(error, 'not-a-folder'))
    await assert.rejects(createRun(newRun(path.join(file, 'run'))), (error) => LabError.is(error, 'exists'))
    await assert.rejects(openRun(file), (error) => LabError.is(error, 'not-a-folder'))
    await assert.rejects(openRun(`${file}-absent`), (error) => LabError.is(error, 'missing'))
    await assert.rejects(openRun(temporaryFolder()), (error) => LabError.is(error, 'not-a-run'))
  })

  it('a full disk of its own: what was recorded before stays', async function () {
    const directory = path.join(temporaryFolder(), 'run')
    let space = 20_000
    const run = await createRun(newRun(directory))
    run.close()
    const limited = await openRun(directory, { ops: failingOps('write', 'ENOSPC', () => (space -= 4_000) < 0) })
    const open = limited.rollouts.openStep(train)
    const recorded: string[] = []
    assert.throws(() => {
      for (let sample = 0; ; sample++) {
        const row = rollout({ step: 1, sample })
        open.append(row)
        recorded.push(row.id)
      }
    }, (error) => LabError.is(error, 'disk-full'))
    limited.close()
    const lines = fs.readFileSync(path.join(directory, 'rollouts', 'open-000001.jsonl'), 'utf8').trimEnd().split('\n')
    assert.ok(recorded.length > 0)
    assert.deepEqual(lines.map((line) => (JSON.parse(line) as { id: string }).id), recorded)
  })
})
