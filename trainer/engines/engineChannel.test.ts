import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { connectionToChild } from './engineChannel.ts'

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

describe('the channel to an engine process', () => {
  it('waits with no timer for the rest of a message whose sender was killed', async () => {
    const stream = new PassThrough()
    const connection = connectionToChild({ stdio: [null, null, null, stream] } as unknown as ChildProcess, () => undefined)
    connection.listen()
    stream.write('Content-Length: 2\r\n\r\n{}')
    await tick()
    const before = timers()
    stream.write('Content-Length: 1000\r\n\r\n{"jsonrpc"')
    await tick()
    assert.equal(timers(), before)
    stream.end()
    connection.dispose()
  })
})
