import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownIdentity } from '../../trainer/stores/processIdentity.ts'
import { SharedQueue } from './sharedQueue.ts'

const start = (label: string) => ({ label, directory: `/runs/${label}`, request: { resume: `/runs/${label}` }, asksGit: false })

describe('the queue that windows share', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'shared-'))))
  afterEach(() => rmSync(folder, { recursive: true }))
  const windowOf = (told: string[] = []): SharedQueue => new SharedQueue({ storage: folder, folder: () => folder, changed: () => void told.push('changed') })

  it('is changed as the others left it, and tells this window', async () => {
    const told: string[] = []
    const [mine, other] = [windowOf(told), windowOf()]
    const { id } = await other.change((queue) => queue.add(start('a')))
    await mine.change((queue) => queue.add(start('b')))
    assert.deepEqual([mine.waiting.map(({ label }) => label), mine.has(id), told], [['a', 'b'], true, ['changed']])
    assert.deepEqual([other.refresh(), other.refresh(), other.waiting.length], [true, false, 2])
  })

  it('is changed by one window at a time, and let go by one that fails', async () => {
    const queue = windowOf()
    writeFileSync(join(folder, 'queue.lock'), JSON.stringify(ownIdentity()))
    const added = queue.change((one) => one.add(start('a')))
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(windowOf().waiting.length, 0)
    rmSync(join(folder, 'queue.lock'))
    await added
    await assert.rejects(queue.change(() => { throw new Error('no') }), /no/)
    await queue.change((one) => one.remove(one.waiting[0]!.id))
    assert.deepEqual(queue.waiting, [])
  })
})
