import assert from 'node:assert/strict'
import { LabError } from '../errors.ts'
import { EXIT } from './exitCodes.ts'
import { printError } from './printError.ts'
import { testHost } from './testHost.fixture.ts'

describe('exit codes of errors', () => {
  const codeOf = (error: unknown): number => printError(testHost(), error)
  const refused = (code: string): number => codeOf(new LabError('environment', code, 'it does not fit', { remedy: 'Change it.' }))

  it('tell what people have to change from what went wrong on the way', () => {
    for (const code of ['environment/no-program', 'environment/no-programs', 'workspace/no-function', 'workspace/no-runner', 'workspace/uncommitted', 'workspace/not-covered', 'workspace/unknown-tests']) {
      assert.equal(refused(code), EXIT.usage, code)
    }
    assert.equal(refused('workspace/git'), EXIT.failed)
    assert.equal(codeOf(new TypeError('x is not a function')), EXIT.failed)
  })

  it('blame nobody for what a disk refuses', () => {
    const host = testHost()
    assert.equal(printError(host, Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS', path: '/cd/x' })), EXIT.failed)
    assert.equal(host.err(), 'error: /cd/x: the file system is read-only (EROFS)\n  at /cd/x\n  Choose a folder that can be written into.\n')
  })
})
