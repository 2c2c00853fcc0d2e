import assert from 'node:assert/strict'
import { mayHaveGpu } from './mayHaveGpu.ts'

describe('mayHaveGpu', () => {
  it('looks for the drivers of Linux', () => {
    for (const device of ['/dev/nvidiactl', '/dev/kfd', '/dev/dxg']) assert.equal(mayHaveGpu('linux', 'x64', (path) => path === device), true)
    assert.equal(mayHaveGpu('linux', 'x64', () => false), false)
  })

  it('takes Apple’s own processors for one, and no other of Apple’s', () => {
    assert.deepEqual([mayHaveGpu('darwin', 'arm64', () => false), mayHaveGpu('darwin', 'x64', () => true)], [true, false])
  })

  it('expects one on Windows', () => assert.equal(mayHaveGpu('win32', 'x64', () => false), true))
})
