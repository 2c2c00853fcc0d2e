import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from '../stores/fixtures.ts'
import type { Shard } from '../stores/shardReader.ts'
import { IndexCopies } from './indexCopies.ts'
import { NoticeBoard } from './noticeBoard.ts'

describe('copies of indexes', () => {
  const place = temporaryFolder()
  const shard = (number: number): Shard => {
    const index = path.join(place, `${number}.parquet`)
    fs.writeFileSync(index, `index ${number}`)
    return { number, rollouts: path.join(place, 'rollouts.parquet'), index }
  }

  it('lie in a folder of their own, which is there only while something is read', async () => {
    const copies = new IndexCopies()
    assert.ok(!fs.existsSync(copies.folder))
    const within = async (number: number): Promise<string> =>
      copies.with([shard(number)], new NoticeBoard(), async ([copy]) => {
        assert.equal(path.dirname(copy!.path), copies.folder)
        assert.equal(fs.statSync(copies.folder).mode & 0o777, 0o700)
        await new Promise((resolve) => setTimeout(resolve, 10 * number))
        return fs.readFileSync(copy!.path, 'utf8')
      })
    assert.deepEqual(await Promise.all([within(1), within(2)]), ['index 1', 'index 2'])
    assert.ok(!fs.existsSync(copies.folder))
    assert.equal(await within(3), 'index 3')
    assert.ok(!fs.existsSync(copies.folder))
  })

  it('leave nothing behind where reading fails, and name what cannot be copied', async () => {
    const copies = new IndexCopies()
    const notices = new NoticeBoard()
    await assert.rejects(copies.with([shard(1)], notices, () => Promise.reject(new Error('broken'))), /broken/)
    assert.ok(!fs.existsSync(copies.folder))
    const gone = { ...shard(2), index: path.join(place, 'gone.parquet') }
    assert.equal(await copies.with([gone], notices, (copied) => Promise.resolve(copied.length)), 0)
    assert.deepEqual(notices.all.map(({ place: where }) => where), [gone.index])
    assert.ok(!fs.existsSync(copies.folder))
  })
})
