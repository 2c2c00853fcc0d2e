import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { commitAll } from '../repository.fixture.ts'
import { createOriginals } from './originals.ts'

describe('originals of copies', () => {
  const repository = temporaryFolder()
  const commit = commitAll(repository, { 'a.js': 'a\n' }, 'first')
  const content = (role: number) => ({ repository, commit, role: String(role), leavesOut: () => false })

  it('are made once, and go when many others were asked for since, unless a copy is restored from them', async () => {
    const root = temporaryFolder()
    let made = 0
    const originals = createOriginals(() => path.join(root, String(++made)))
    const [first, second] = [await originals.folderOf(content(1)), await originals.folderOf(content(2))]
    for (let role = 3; role <= 60; role++) await originals.folderOf(content(role))
    assert.equal(await originals.folderOf(content(1)), first)
    originals.forgetOld(new Set([second]))
    assert.deepEqual([first, second].map((folder) => fs.existsSync(folder)), [true, true])
    assert.equal(fs.readdirSync(root).length, 32)
    assert.equal(await originals.folderOf(content(2)), second)
    assert.notEqual(await originals.folderOf(content(3)), path.join(root, '4'))
    originals.forgetOld(new Set())
    assert.equal(fs.readdirSync(root).length, 32)
  })
})
