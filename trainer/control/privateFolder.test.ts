import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '../errors.ts'
import { LONGEST_PIPE_BYTES, pipePath, requireShortPipe } from './pipePath.ts'
import { ensurePrivateFolder, privateFolder, requirePrivateFolder } from './privateFolder.ts'

describe('the private folder of trainers', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'private-'))))
  afterEach(() => rmSync(folder, { recursive: true }))
  const notPrivate = (error: unknown): boolean => LabError.is(error, 'control/not-private')

  it('is made for the user alone, and taken again', () => {
    const made = ensurePrivateFolder(join(folder, 'p'))
    assert.equal(statSync(made).mode & 0o777, 0o700)
    assert.equal(ensurePrivateFolder(join(folder, 'p')), made)
  })

  it('is refused where it is a link, a file, or open to others', () => {
    mkdirSync(join(folder, 'target'), { mode: 0o700 })
    symlinkSync(join(folder, 'target'), join(folder, 'link'))
    writeFileSync(join(folder, 'file'), '')
    mkdirSync(join(folder, 'open'))
    chmodSync(join(folder, 'open'), 0o710)
    for (const name of ['link', 'file', 'open']) assert.throws(() => ensurePrivateFolder(join(folder, name)), notPrivate, name)
    assert.throws(() => requirePrivateFolder(join(folder, 'absent')), notPrivate)
  })

  it('is short enough for sockets', () => {
    const pipe = pipePath(privateFolder(), '0123456789abcdef')
    requireShortPipe(pipe)
    assert.ok(Buffer.byteLength(pipe) <= 80, pipe)
    assert.throws(() => requireShortPipe(`/tmp/${'ü'.repeat(LONGEST_PIPE_BYTES / 2)}`), (error) => LabError.is(error, 'control/pipe-path'))
  })
})
