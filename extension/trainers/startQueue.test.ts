import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownIdentity } from '../../trainer/stores/processIdentity.ts'
import { whereFree, withLock } from './fileLock.ts'
import { FolderNames } from './folderNames.ts'
import { labelOfFile, newRunDirectory } from './runDirectoryName.ts'
import { asQueued, consentsOf, StartQueue } from './startQueue.ts'
import type { Waiting } from './startQueue.ts'

const item = (label: string): Omit<Waiting, 'id'> => ({ label, directory: `/runs/${label}`, request: { resume: `/runs/${label}` }, asksGit: false })

describe('what waits for the device', () => {
  let folder: string
  beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'queue-')))))
  afterEach(() => rmSync(folder, { recursive: true }))
  const labels = (queue: StartQueue): string[] => queue.waiting.map(({ label }) => label)

  it('is kept in a file that only the user reads, and that other windows see change', () => {
    const place = join(folder, 'new', 'queue.json')
    const mine = new StartQueue(place)
    const other = new StartQueue(place)
    for (const name of ['a', 'b', 'c']) mine.add(item(name))
    assert.equal(statSync(place).mode & 0o777, 0o600)
    assert.deepEqual([other.refresh(), other.refresh(), labels(other)], [true, false, ['a', 'b', 'c']])
    other.move(other.waiting[2]!.id, 0)
    other.move(other.waiting[0]!.id, 99)
    other.move('nobody', 0)
    other.move(other.waiting[1]!.id, -5)
    mine.refresh()
    assert.deepEqual(labels(mine), ['b', 'a', 'c'])
    mine.remove(mine.waiting[1]!.id)
    assert.deepEqual(labels(new StartQueue(place)), ['b', 'c'])
  })

  it('is moved among what waits, past what a window starts at once', () => {
    const order = (label: string, to: number): string => {
      const queue = new StartQueue(join(folder, `${label}${to}.json`))
      const [started] = ['made', 'b', 'c', 'd'].map((name) => queue.add(item(name)))
      queue.move(queue.waiting.find((one) => one.label === label)!.id, to, started!.id)
      return labels(queue).join(' ')
    }
    assert.deepEqual([order('b', 1), order('c', 2), order('d', 1), order('d', 0)], ['made c b d', 'made b d c', 'made b d c', 'made d b c'])
  })

  it('is empty where its file is damaged', () => {
    const place = join(folder, 'queue.json')
    writeFileSync(place, '{"version":1,"waiting":[{"id":')
    const queue = new StartQueue(place)
    assert.deepEqual(queue.waiting, [])
    queue.add(item('a'))
    assert.deepEqual(labels(new StartQueue(place)), ['a'])
  })

  it('keeps what people consented to, and nothing that is not asked for', () => {
    const place = join(folder, 'queue.json')
    const consents = { trustedModules: ['a'.repeat(64)], acceptPaidCheats: ['early-exit'], unsafeSandbox: true }
    new StartQueue(place).add({ ...item('a'), request: { file: '/a.run.json', overrides: [], ...consents } })
    const [waiting] = new StartQueue(place).waiting
    assert.deepEqual(asQueued(waiting!, false).request, { file: '/a.run.json', overrides: [], directory: '/runs/a', ...consents })
    assert.deepEqual(consentsOf({ ...consents, ...{ asksGit: true } }), consents)
    assert.deepEqual(consentsOf({}), {})
  })

  it('is changed by one window at a time', async () => {
    const place = join(folder, 'lock')
    let inside = 0
    let most = 0
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside--
    }
    await Promise.all(Array.from({ length: 8 }, () => withLock(place, 60_000, work)))
    assert.equal(most, 1)
    await assert.rejects(withLock(place, 60_000, async () => { throw new Error('no') }), /no/)
    await withLock(place, 0, work)
  })

  it('is taken over from a window that died, never from one that lives', async () => {
    const place = join(folder, 'lock')
    writeFileSync(place, JSON.stringify({ ...ownIdentity(), startedAt: 'another time' }))
    assert.equal(await withLock(place, 60_000, async () => 'mine'), 'mine')
    writeFileSync(place, JSON.stringify(ownIdentity()))
    await assert.rejects(withLock(place, 100, async () => 'mine'), /Another window/)
  })

  it('is taken over from a window that died before the machine had its name, not from one that lives since', async () => {
    const place = join(folder, 'lock')
    writeFileSync(place, JSON.stringify({ ...ownIdentity(), host: 'old-name', startedAt: 'another boot:1' }))
    assert.equal(await withLock(place, 60_000, async () => 'mine'), 'mine')
    writeFileSync(place, JSON.stringify({ ...ownIdentity(), host: 'old-name' }))
    await assert.rejects(withLock(place, 100, async () => 'mine'), /Another window/)
  })

  it('is left to who has it by those that only try', async () => {
    const place = join(folder, 'lock')
    const done: string[] = []
    const tries = (name: string) => async (): Promise<void> => whereFree(place, async () => void done.push(name))
    await whereFree(place, tries('inner'))
    await tries('outer')()
    assert.deepEqual(done, ['outer'])
  })

  it('names run directories after the file’s name or recipe and the model', () => {
    const file = join(folder, 'x.run.json')
    const named = (text: string): string => {
      writeFileSync(file, text)
      return newRunDirectory(file, '/runs', new Date(Date.UTC(2025, 0, 31, 14, 25, 1))).replace(/[0-9a-f]{8}$/, 'ID')
    }
    assert.equal(named('{ "name": "maths/../a b", "model": "../models/tiny" } // c'), '/runs/maths-..-a-b--tiny--20250131-142501-ID')
    assert.equal(named('{ "recipe": "grpo" }'), '/runs/grpo--new--20250131-142501-ID')
    assert.equal(named('not json'), '/runs/x--new--20250131-142501-ID')
    assert.equal(labelOfFile(join(folder, 'absent.run.json')), 'absent')
  })

  it('is shown under the names that the window has for folders', () => {
    symlinkSync(folder, join(folder, 'link'))
    const names = new FolderNames(() => [join(folder, 'link'), '/gone'])
    assert.equal(names.shown(join(folder, 'runs', 'a')), join(folder, 'link', 'runs', 'a'))
    assert.equal(names.shown('/elsewhere/a'), '/elsewhere/a')
    assert.equal(names.shown(`${folder}-other`), `${folder}-other`)
  })
})
