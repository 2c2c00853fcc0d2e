import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ownIdentity } from '../../trainer/stores/processIdentity.ts'
import type { Waiting } from './startQueue.ts'
import { logOf } from './startTrainer.ts'
import { StartTurns } from './startTurns.ts'

const GPU = 'gpu'
const start = (id: string, given: Partial<Waiting> = {}): Waiting => ({ id, label: id, directory: `/runs/${id}`, request: { resume: `/runs/${id}` }, asksGit: false, ...given })

describe('whose turn it is', () => {
  let storage: string
  beforeEach(() => (storage = mkdtempSync(join(tmpdir(), 'turns-'))))
  afterEach(() => rmSync(storage, { recursive: true }))

  const turns = ({ waiting = [], busy = {}, entered = [], runsPerDevice = 1 }: { waiting?: readonly Waiting[]; busy?: Readonly<Record<string, number>>; entered?: readonly string[]; runsPerDevice?: number }): StartTurns =>
    new StartTurns({ queue: { waiting }, trainers: { busy: (device) => busy[device] ?? 0, has: (id) => entered.includes(id) }, storage, runsPerDevice: () => runsPerDevice })
  const giveOrder = (item: Waiting): void => {
    const log = logOf(storage, item)
    mkdirSync(dirname(log), { recursive: true })
    writeFileSync(log, '')
  }

  it('is the first’s whose device has room', () => {
    const waiting = [start('a'), start('b', { device: GPU }), start('c', { device: GPU })]
    assert.equal(turns({ waiting }).next?.id, 'a')
    assert.equal(turns({ waiting, busy: { cpu: 1 } }).next?.id, 'b')
    assert.equal(turns({ waiting, busy: { cpu: 1, gpu: 1 } }).next, undefined)
    assert.equal(turns({ waiting, busy: { cpu: 1, gpu: 1 }, runsPerDevice: 2 }).next?.id, 'a')
  })

  it('comes at once where nothing runs or waits on the device', () => {
    const free = turns({ waiting: [start('a')] })
    assert.deepEqual([free.isFree({}), free.isFree({ device: GPU }), turns({ busy: { gpu: 1 } }).isFree({ device: GPU })], [false, true, false])
  })

  it('is not of what was given its order: that takes its device while it prepares, and is left over afterwards', () => {
    const prepares = start('a', { trainer: ownIdentity() })
    giveOrder(prepares)
    const waiting = [prepares, start('b')]
    const preparing = turns({ waiting })
    assert.deepEqual([preparing.next, preparing.leftOver, preparing.shown.map(({ id, starting }) => [id, starting])], [undefined, [], [['a', true], ['b', false]]])
    const begun = turns({ waiting, entered: ['a'] })
    assert.deepEqual([begun.next?.id, begun.leftOver.map(({ id }) => id)], ['b', ['a']])
  })

  it('is not waited for by what this window starts at once', () => {
    const own = turns({ waiting: [start('a'), start('b')] })
    own.atOnce = 'a'
    assert.deepEqual([own.next?.id, own.shown.map(({ id }) => id)], ['b', ['b']])
  })
})
