import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { endOrphans } from './orphans.ts'

describe('orphans of a command', () => {
  it('are the processes of exactly its command line', async function () {
    if (process.platform !== 'linux') {
      console.log('Left out: orphans are looked for on Linux alone.')
      return this.skip()
    }
    const command = (mark: string): string[] => [process.execPath, '-e', 'console.log(1); setInterval(() => {}, 1000)', mark]
    const start = async (mark: string): Promise<ChildProcess> => {
      const child = spawn(command(mark)[0]!, command(mark).slice(1), { stdio: ['ignore', 'pipe', 'ignore'] })
      await once(child.stdout, 'data')
      return child
    }
    const [meant, other] = await Promise.all([start('one'), start('one more')])
    const ended = once(meant, 'exit')
    endOrphans(command('one'))
    await ended
    assert.deepEqual([meant.signalCode, other.signalCode, other.exitCode], ['SIGKILL', null, null])
    other.kill('SIGKILL')
  })
})
