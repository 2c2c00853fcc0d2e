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

  it('come with remedies that can be pasted, unless a program reads them', () => {
    const error = new LabError('engine', 'engine/no-python', 'No Python was found.', { remedy: 'Run `lab setup-torch`; `lab doctor` says more.' })
    const told = (env: Record<string, string>): string => {
      const host = testHost({ env })
      printError({ ...host, command: 'npm run -s lab --' }, error)
      return host.err().split('\n')[1]!.trim()
    }
    assert.equal(told({ NO_COLOR: '1' }), 'Run `npm run -s lab -- setup-torch`; `npm run -s lab -- doctor` says more.')
    assert.equal(told({ NO_COLOR: '1', LAB_ERROR_CODES: '1' }), 'Run `lab setup-torch`; `lab doctor` says more.')
  })

  it('blame nobody for what a disk refuses', () => {
    const host = testHost()
    assert.equal(printError(host, Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS', path: '/cd/x' })), EXIT.failed)
    assert.equal(host.err(), 'error: /cd/x: the file system is read-only (EROFS)\n  at /cd/x\n  Choose a folder that can be written into.\n')
  })
})
