import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { diskFileOps } from './fileOps.ts'
import { temporaryFolder } from './fixtures.ts'
import { ModelStore } from './modelStore.ts'

describe('model store', () => {
  it('gives the room back where an export fails, and keeps the one before', async () => {
    const run = temporaryFolder()
    const model = new ModelStore(run, diskFileOps)
    const save = (text: string, full = false): Promise<string> => model.save(async (folder) => {
      fs.writeFileSync(path.join(folder, 'model.safetensors'), text)
      if (full) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    })
    const directory = await save('first')
    await assert.rejects(save('second', true), /the disk is full/)
    assert.deepEqual([fs.readdirSync(run), fs.readFileSync(path.join(directory, 'model.safetensors'), 'utf8')], [['model'], 'first'])
  })
})
