import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { Checkpoint } from '../protocol/checkpoint.ts'
import { CheckpointStore } from './checkpointStore.ts'
import { failingOps } from './faults.ts'
import { diskFileOps } from './fileOps.ts'
import { temporaryFolder } from './fixtures.ts'
import type { RecoveryNote } from './recovery.ts'

const position = (step: number, policyVersion = step, stageIndex = 1) => ({ stage: 'rl', stageIndex, stageStep: step, step, policyVersion })

function store(folder = temporaryFolder()): { folder: string; notes: RecoveryNote[]; checkpoints: CheckpointStore; save(step: number, policyVersion?: number): Promise<string> } {
  const notes: RecoveryNote[] = []
  const checkpoints = new CheckpointStore(folder, diskFileOps, (note) => notes.push(note))
  const save = async (step: number, policyVersion = step): Promise<string> => {
    const saved = await checkpoints.save(position(step, policyVersion), new Date(0), async (place) => {
      fs.writeFileSync(path.join(place, 'config.json'), '{}')
      fs.writeFileSync(path.join(place, 'model.safetensors'), `weights ${policyVersion}`)
    })
    return saved.directory
  }
  return { folder, notes, checkpoints, save }
}

describe('checkpoint store', () => {
  it('saves, names and finds the newest', async () => {
    const { folder, checkpoints, save } = store()
    for (const step of [10, 20]) await save(step)
    const latest = await checkpoints.latestWhole()
    assert.equal(latest?.directory, path.join(folder, 'step-000020'))
    const record = Checkpoint.parse(JSON.parse(fs.readFileSync(path.join(latest!.directory, 'checkpoint.json'), 'utf8')))
    assert.deepEqual(Object.keys(record.files), ['config.json', 'model.safetensors'])
    assert.equal(record.files['config.json']!.sha256, '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a', 'SHA-256 of {}')
  })

  for (const [what, harm] of [
    ['truncated', (folder: string) => fs.truncateSync(path.join(folder, 'model.safetensors'), 3)],
    ['changed', (folder: string) => fs.writeFileSync(path.join(folder, 'model.safetensors'), 'weightz 20')],
    ['without a file', (folder: string) => fs.rmSync(path.join(folder, 'model.safetensors'))],
    ['without a record', (folder: string) => fs.rmSync(path.join(folder, 'checkpoint.json'))],
    ['with half a record', (folder: string) => fs.truncateSync(path.join(folder, 'checkpoint.json'), 30)],
    ['naming a file outside', (folder: string) => {
      const place = path.join(folder, 'checkpoint.json')
      fs.writeFileSync(place, fs.readFileSync(place, 'utf8').replace('config.json', '../step-000010/config.json'))
    }],
    ['with a link', (folder: string) => {
      fs.rmSync(path.join(folder, 'config.json'))
      fs.symlinkSync('../step-000010/config.json', path.join(folder, 'config.json'))
    }]
  ] as const) {
    it(`skips a checkpoint ${what}, says so, and never deletes the whole one before it`, async () => {
      const { checkpoints, notes, save } = store()
      const whole = await save(10)
      harm(await save(20))
      assert.equal((await checkpoints.latestWhole())?.directory, whole)
      assert.ok(notes.some((note) => note.what === 'broken checkpoint' && note.detail.includes('step-000020')))
      await checkpoints.retain(0)
      assert.equal((await checkpoints.latestWhole())?.directory, whole)
    })
  }

  it('keeps as many as asked besides the last', async () => {
    const { folder, checkpoints, save } = store()
    for (const step of [1, 2, 3, 4, 5]) await save(step)
    await checkpoints.retain(2)
    assert.deepEqual(fs.readdirSync(folder), ['step-000003', 'step-000004', 'step-000005'])
  })

  it('tells the checkpoints of a supervised stage apart and replaces one that is made again', async () => {
    const { folder, checkpoints, save } = store()
    for (const version of [100, 200, 200]) await save(0, version)
    assert.deepEqual(fs.readdirSync(folder), ['step-000000', 'step-000000-v000200'])
    assert.equal((await checkpoints.latestWhole())?.checkpoint.policyVersion, 200)
  })

  it('leaves nothing where writing the model fails', async () => {
    const { folder, checkpoints } = store()
    const failed = checkpoints.save(position(1), new Date(0), async (place) => {
      fs.writeFileSync(path.join(place, 'model.safetensors'), 'half')
      throw new Error('the engine died')
    })
    await assert.rejects(failed, /the engine died/)
    assert.equal(await checkpoints.latestWhole(), undefined)
    assert.deepEqual(fs.readdirSync(folder), [])
  })

  for (const failing of ['replace', 'rename', 'sync'] as const) {
    it(`gives the room back where ${failing} meets a full disk, and keeps what was there`, async () => {
      const { folder, save } = store()
      await save(10)
      let full = false
      const checkpoints = new CheckpointStore(folder, failingOps(failing, 'ENOSPC', () => full), () => undefined)
      full = true
      const failed = checkpoints.save(position(20), new Date(0), async (place) => fs.writeFileSync(path.join(place, 'model.safetensors'), 'weights'))
      await assert.rejects(failed, (error) => LabError.is(error, 'disk-full'))
      assert.deepEqual(fs.readdirSync(folder), ['step-000010'])
    })
  }

  for (const errno of ['ENOTEMPTY', 'EPERM']) {
    it(`lets lie what a program holds open (${errno}), and still opens and saves`, async () => {
      const { folder, checkpoints, save } = store()
      for (const step of [10, 20]) await save(step)
      let held = true
      const ops = failingOps('removeFolder', errno, () => held)
      await assert.rejects(new CheckpointStore(folder, ops, () => undefined).retain(0), (error) => LabError.is(error))
      const failed = new CheckpointStore(folder, ops, () => undefined).save(position(30), new Date(0), () => Promise.reject(new Error('the engine died')))
      await assert.rejects(failed, /the engine died/)
      assert.deepEqual(fs.readdirSync(folder), ['deleting-step-000010', 'saving-step-000030', 'step-000020'])
      assert.equal((await checkpoints.latestWhole())?.checkpoint.step, 20)
      held = false
      assert.deepEqual(store(folder).checkpoints.list().map(({ checkpoint }) => checkpoint.step), [20])
      assert.deepEqual(fs.readdirSync(folder), ['step-000020'])
    })
  }
})
