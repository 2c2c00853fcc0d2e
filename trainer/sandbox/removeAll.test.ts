import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { removeAll } from './removeAll.ts'

describe('removeAll', () => {
  it('removes folders that were closed to their owner, and links without what they lead to', () => {
    const [folder, elsewhere] = ['closed-', 'elsewhere-'].map((name) => fs.mkdtempSync(path.join(os.tmpdir(), name))) as [string, string]
    fs.mkdirSync(path.join(folder, 'closed'))
    fs.writeFileSync(path.join(folder, 'closed', 'file'), '')
    fs.symlinkSync(elsewhere, path.join(folder, 'closed', 'link'))
    fs.chmodSync(path.join(folder, 'closed'), 0)
    removeAll(folder)
    assert.deepEqual([fs.existsSync(folder), fs.existsSync(elsewhere)], [false, true])
    removeAll(folder)
    fs.rmdirSync(elsewhere)
  })
})
