import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipePath } from '../../trainer/control/pipePath.ts'
import { identityOf, ownIdentity } from '../../trainer/stores/processIdentity.ts'
import { endAbandoned } from './abandonedTrainer.ts'
import type { Waiting } from './startQueue.ts'

const ID = '0123456789abcdef'
/** Of a window that has gone: its pid was given to another process since. */
const GONE = { ...ownIdentity(), startedAt: 'another time' }

describe('the trainer of a start that was taken out of the queue', () => {
  let folder: string
  let child: ChildProcess
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ab-'))))
  afterEach(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })
  /** A process that listens on the pipe, as a trainer does that prepares its run. */
  const prepares = async (pipe: string): Promise<NonNullable<Waiting['trainer']>> => {
    child = spawn(process.execPath, ['-e', `require('node:net').createServer().listen(${JSON.stringify(pipe)}, () => process.stdout.write('.'))`], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(child.stdout!, 'data')
    return { ...identityOf(child.pid!), window: GONE }
  }
  const ends = async (trainer: Waiting['trainer']): Promise<boolean> => {
    await endAbandoned({ id: ID, trainer }, folder)
    return child.signalCode !== null || (await Promise.race([once(child, 'exit').then(() => true), new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 200))]))
  }

  it('is ended where its window has gone', async () => {
    assert.equal(await ends(await prepares(pipePath(folder, ID))), true)
  })

  it('is left to a window that lives, which cancels it, and to one that an earlier version did not name', async () => {
    const trainer = await prepares(pipePath(folder, ID))
    assert.equal(await ends({ ...trainer, window: ownIdentity() }), false)
    assert.equal(await ends({ ...trainer, window: undefined }), false)
    assert.equal(await ends(undefined), false)
  })

  it('is never another process: one with its pid has not its start time, and one without its pipe is no trainer', async () => {
    const trainer = await prepares(pipePath(folder, ID))
    assert.equal(await ends({ ...trainer, startedAt: 'another time' }), false)
    assert.equal(await ends({ pid: trainer.pid, window: GONE }), false)
    child.kill('SIGKILL')
    assert.equal(await ends(await prepares(pipePath(folder, 'fedcba9876543210'))), false)
  })
})
