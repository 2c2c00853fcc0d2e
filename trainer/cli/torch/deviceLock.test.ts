import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LabError } from '../../errors.ts'
import { identityOf, ownIdentity } from '../../stores/processIdentity.ts'
import { deviceKey, lockDevice, warnOfHolders } from './deviceLock.ts'

const busy = (take: () => unknown): LabError => {
  try {
    take()
  } catch (error) {
    return LabError.is(error, 'engine/device-busy') ? error : assert.fail(String(error))
  }
  return assert.fail('was not refused')
}

describe('device lock', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'device-'))))
  afterEach(() => rmSync(folder, { recursive: true }))
  /** As another process would have it. */
  const heldBy = (identity: { host: string; pid: number; startedAt?: string | undefined }, place = 0): void =>
    writeFileSync(join(folder, `cuda-0.${place}.lock`), JSON.stringify({ version: 1, ...identity, run: '/runs/other' }))
  const livingOther = (): ReturnType<typeof identityOf> => identityOf(process.ppid)

  it('is refused while another process has the device, and names its run', () => {
    heldBy(livingOther())
    const error = busy(() => lockDevice('cuda-0', { run: '/runs/mine', folder }))
    assert.match(error.message, new RegExp(`in use by the run /runs/other \\(process ${process.ppid}\\)`))
    assert.match(error.remedy, /torch\.device/)
    lockDevice('cuda-1', { run: '/runs/mine', folder }).release()
    assert.deepEqual(readdirSync(folder), ['cuda-0.0.lock'])
  })

  it('is taken over from a process that has ended, and from one whose id was used again', () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    for (const identity of [{ ...ownIdentity(), pid, startedAt: undefined }, { ...livingOther(), startedAt: 'another time' }]) {
      heldBy(identity)
      const lock = lockDevice('cuda-0', { run: '/runs/mine', folder })
      assert.equal((JSON.parse(readFileSync(join(folder, 'cuda-0.0.lock'), 'utf8')) as { pid: number }).pid, process.pid)
      lock.release()
      assert.deepEqual(readdirSync(folder), [])
    }
    writeFileSync(join(folder, 'cuda-0.0.lock'), 'not a lock')
    lockDevice('cuda-0', { run: '/runs/mine', folder }).release()
    assert.deepEqual(readdirSync(folder), [])
  })

  it('is of this machine, whatever its name was when the lock was taken', () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    heldBy({ host: 'as-it-was', pid })
    assert.equal(warnOfHolders('cuda-0', folder), undefined)
    lockDevice('cuda-0', { run: '/runs/mine', folder }).release()
    heldBy({ ...livingOther(), host: 'as-it-was' })
    busy(() => lockDevice('cuda-0', { run: '/runs/mine', folder }))
  })

  it('is one for all engines of a process, until the last of them is closed', () => {
    const [first, second] = [lockDevice('cuda-0', { run: '/runs/mine', folder }), lockDevice('cuda-0', { run: '/runs/mine', folder })]
    first.release()
    first.release()
    assert.deepEqual(readdirSync(folder), ['cuda-0.0.lock'])
    second.release()
    assert.deepEqual(readdirSync(folder), [])
  })

  it('stays new as long as it is held, where files are cleaned by age', async () => {
    const place = join(folder, 'cuda-0.0.lock')
    const lock = lockDevice('cuda-0', { run: '/runs/mine', folder, refreshMilliseconds: 5 })
    utimesSync(place, 1, 1)
    while (statSync(place).mtimeMs < 2000) await delay(5)
    lock.release()
    heldBy(livingOther())
    utimesSync(place, 1, 1)
    await delay(30)
    assert.equal(statSync(place).mtimeMs, 1000)
  })

  it('takes nothing from a run that has the place since the file was cleaned away', async () => {
    const place = join(folder, 'cuda-0.0.lock')
    const lock = lockDevice('cuda-0', { run: '/runs/mine', folder, refreshMilliseconds: 5 })
    rmSync(place)
    await delay(30)
    heldBy(livingOther())
    utimesSync(place, 1, 1)
    await delay(30)
    assert.equal(statSync(place).mtimeMs, 1000)
    lock.release()
    assert.deepEqual(readdirSync(folder), ['cuda-0.0.lock'])
  })

  it('lets as many runs share a device as are allowed', () => {
    heldBy(livingOther())
    const lock = lockDevice('cuda-0', { run: '/runs/mine', places: 2, folder })
    assert.deepEqual(readdirSync(folder).sort(), ['cuda-0.0.lock', 'cuda-0.1.lock'])
    lock.release()
    heldBy(livingOther(), 1)
    busy(() => lockDevice('cuda-0', { run: '/runs/mine', places: 2, folder }))
  })

  it('warns those who compute without a place, of living runs on the same device alone', () => {
    heldBy({ ...livingOther(), startedAt: 'another time' }, 1)
    assert.equal(warnOfHolders('cuda-0', folder), undefined)
    heldBy(livingOther())
    assert.equal(warnOfHolders('cuda-0', folder), `The run /runs/other (process ${process.ppid}) holds this GPU: both may run out of memory.`)
    assert.deepEqual(['cuda-1', 'cuda', undefined].map((device) => warnOfHolders(device, folder)), [undefined, undefined, undefined])
    assert.deepEqual(readdirSync(folder).sort(), ['cuda-0.0.lock', 'cuda-0.1.lock'])
  })

  it('names a device alike for processes that see different ones, and the CPU not at all', () => {
    assert.deepEqual(['cpu', 'mps', 'cuda', 'cuda:3'].map((device) => deviceKey({ device }, {})), [undefined, 'mps', 'cuda-0', 'cuda-3'])
    assert.equal(deviceKey({ device: 'cuda:1' }, { CUDA_VISIBLE_DEVICES: '4, 5' }), 'cuda-5')
    assert.equal(deviceKey({ device: 'cuda:0' }, { HIP_VISIBLE_DEVICES: '2' }), 'cuda-2')
    assert.equal(deviceKey({ device: 'cuda:0' }, { CUDA_VISIBLE_DEVICES: 'GPU-8a/../x' }), 'cuda-GPU-8a____x')
    const deviceId = '8a1f-22'
    assert.deepEqual(['0', '0,1', 'GPU-8a1f-22'].map((visible) => deviceKey({ device: 'cuda:0', deviceId }, { CUDA_VISIBLE_DEVICES: visible })), ['gpu-8a1f-22', 'gpu-8a1f-22', 'gpu-8a1f-22'])
    lockDevice(undefined, { run: '/runs/mine', folder }).release()
    assert.deepEqual(readdirSync(folder), [])
  })
})
