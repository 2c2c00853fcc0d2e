import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensurePrivateFolder } from '../../trainer/control/privateFolder.ts'
import { TrainerList } from './trainerList.ts'

describe('the trainers that a window knows', () => {
  const nothing = (): void => undefined
  const parts = { changed: nothing, event: nothing, partial: nothing, recorded: nothing, asked: nothing }
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'list-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('has its folder made again where that was cleaned away', async () => {
    const place = join(folder, 'private')
    const list = new TrainerList({ folder: () => ensurePrivateFolder(place), client: 'test', listenTo: () => parts })
    await list.look()
    rmSync(place, { recursive: true })
    await list.look()
    assert.equal(list.busy('cpu'), 0)
    assert.ok(existsSync(place))
  })
})
