import assert from 'node:assert/strict'
import type { ControlRole } from '../protocol/control.ts'
import { Steering } from './steering.ts'
import type { Steerer } from './steering.ts'

class Client implements Steerer {
  readonly name: string
  readonly wantsToSteer: boolean
  readonly back: boolean
  readonly roles: ControlRole[] = []
  readonly askedBy: string[] = []

  constructor(name: string, { wantsToSteer = true, back = false }: Partial<Pick<Steerer, 'wantsToSteer' | 'back'>> = {}) {
    this.name = name
    this.wantsToSteer = wantsToSteer
    this.back = back
  }

  roleChanged(role: ControlRole): void {
    this.roles.push(role)
  }

  asked(client: string): void {
    this.askedBy.push(client)
  }
}

describe('steering', () => {
  let now: number
  let steering: Steering
  beforeEach(() => {
    now = 0
    steering = new Steering(() => now)
  })
  const joined = (...clients: readonly Client[]): void => clients.forEach((client) => steering.join(client))

  it('asks the holder again while another stays, every half minute at most', () => {
    const [holder, watcher, reader] = [new Client('holder'), new Client('watcher'), new Client('reader', { wantsToSteer: false })]
    joined(holder, watcher, reader)
    assert.deepEqual(holder.askedBy, ['watcher'])
    for (now = 5_000; now <= 60_000; now += 5_000) for (const client of [reader, holder, watcher]) steering.stays(client)
    assert.deepEqual([holder.askedBy, watcher.askedBy], [['watcher', 'watcher', 'watcher'], []])
  })

  it('goes from a holder that has not been heard of since it was asked half a minute ago', () => {
    const [stuck, watcher] = [new Client('stuck'), new Client('watcher')]
    joined(stuck, watcher)
    for (now = 5_000; now <= 30_000; now += 5_000) [stuck, watcher].forEach((client) => steering.stays(client))
    for (; now < 60_000; now += 5_000) steering.stays(watcher)
    assert.equal(steering.holder, 'stuck')
    steering.stays(watcher)
    assert.deepEqual([steering.holder, stuck.roles, watcher.roles], ['watcher', ['watching'], ['steering']])
    steering.stays(stuck)
    assert.equal(steering.holder, 'watcher')
  })

  /** The holder lets go, another inherits, and the holder is there again. */
  const comesBack = (meanwhile: (heir: Client) => void): { readonly asked: readonly string[] } => {
    const [holder, heir] = [new Client('holder'), new Client('heir')]
    joined(holder, heir)
    steering.leave(holder)
    assert.equal(steering.holder, 'heir')
    meanwhile(heir)
    joined(new Client('holder', { back: true }))
    return { asked: heir.askedBy }
  }

  it('goes back to who let it go, unless people steer elsewhere meanwhile', () => {
    const { asked } = comesBack(() => undefined)
    assert.deepEqual([steering.holder, asked], ['holder', []])
    for (const does of [(heir: Client) => steering.take(heir), () => steering.used()]) {
      steering = new Steering(() => now)
      const others = comesBack(does)
      assert.deepEqual([steering.holder, others.asked], ['heir', ['holder']])
    }
  })

  it('stays with who came first, and with who came back', () => {
    const first = new Client('first')
    joined(first, new Client('other', { back: true }))
    assert.equal(steering.holder, 'first')
    steering.leave(first)
    assert.equal(steering.holder, 'other')
    joined(new Client('first', { back: true }), new Client('another', { back: true }))
    assert.equal(steering.holder, 'first')
  })
})
