import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { diskFileOps } from './fileOps.ts'
import { temporaryFolder } from './fixtures.ts'
import { removePlain } from './plainFiles.ts'

describe('removing a plain file', () => {
  it('is no error where it is missing, nor where another process removes it meanwhile', () => {
    const file = path.join(temporaryFolder(), 'file')
    removePlain(diskFileOps, file)
    fs.writeFileSync(file, '')
    // The other process is quicker, between the look at the file and its removal.
    removePlain({ ...diskFileOps, unlink: (place) => { fs.rmSync(place); diskFileOps.unlink(place) } }, file)
    assert.equal(fs.existsSync(file), false)
  })

  it('is refused for a folder, and tells of a disk that does not let it', () => {
    const folder = temporaryFolder()
    assert.throws(() => removePlain(diskFileOps, folder), (error) => LabError.is(error))
    const file = path.join(folder, 'file')
    fs.writeFileSync(file, '')
    const denied = (): never => { throw Object.assign(new Error('no'), { code: 'EACCES' }) }
    assert.throws(() => removePlain({ ...diskFileOps, unlink: denied }, file), (error) => LabError.is(error, 'no-permission'))
  })
})
