import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../errors.ts'
import { temporaryFolder } from '../stores/fixtures.ts'
import { askAccess, makeFolder, requireWritable, writeFault } from './writableFolder.ts'
import type { TryFolder } from './writableFolder.ts'

const answering = (code: string): TryFolder => () => {
  throw Object.assign(new Error('said by the system'), { code })
}

describe('writable folders', () => {
  const folder = temporaryFolder()
  const deep = join(folder, 'a', 'b')

  it('are tried where the nearest of them is there, and nothing is left behind', () => {
    for (const attempt of [undefined, askAccess]) assert.equal(writeFault(deep, attempt), undefined)
    assert.deepEqual(readdirSync(folder), [])
  })

  it('are told from those that the system forbids, by name', () => {
    assert.equal(writeFault(deep, answering('EROFS')), `Nothing can be written into ${folder}: the file system is read-only (EROFS)`)
    assert.equal(writeFault(deep, answering('EACCES')), `Nothing can be written into ${folder}: access is denied (EACCES)`)
    assert.equal(writeFault(deep, answering('EIO')), `Nothing can be written into ${folder}: said by the system (EIO)`)
    assert.throws(() => requireWritable(deep, 'Choose.', answering('EROFS')), (error) => LabError.is(error, 'usage/unwritable') && error.place === deep && error.remedy === 'Choose.')
  })

  it('are made with those above them, and never below a file', () => {
    makeFolder(deep, 'Choose.')
    makeFolder(deep, 'Choose.')
    assert.ok(existsSync(deep))
    const file = join(folder, 'file')
    writeFileSync(file, '')
    assert.throws(() => makeFolder(join(file, 'x'), 'Choose.'), (error) => LabError.is(error, 'usage/unwritable') && /is no folder \(ENOTDIR\)/.test(error.message))
  })

  it('are refused at once where the system makes none', function () {
    if (!existsSync('/proc/self')) this.skip()
    assert.throws(() => makeFolder('/proc/no/such', 'Choose.'), (error) => LabError.is(error, 'usage/unwritable'))
    assert.match(writeFault('/proc/no') ?? '', /^Nothing can be written into \/proc: /)
  })
})
