import assert from 'node:assert/strict'
import { pipePath } from '../../trainer/control/pipePath.ts'
import { TrainerOrder } from '../../trainer/protocol/control.ts'
import { orderOf } from './startMaker.ts'
import type { Waiting } from './startQueue.ts'

const ID = '0123456789abcdef'
const HASH = 'a'.repeat(64)
const start = (request: Waiting['request'], given: Partial<Waiting> = {}): Waiting => ({ id: ID, label: 'a', directory: '/runs/a', request, asksGit: true, ...given })

describe('what a trainer is told', () => {
  it('is what was asked for and consented to, and where it enters itself', () => {
    const consents = { trustedModules: [HASH], acceptPaidCheats: ['early-exit'] }
    const { token, ...order } = orderOf(start({ file: '/a.run.json', overrides: ['steps=2'], seed: 3, ...consents }, { device: 'gpu' }), '/p')
    assert.match(token, /^[0-9a-f]{64}$/)
    assert.deepEqual(order, {
      kind: 'launch', file: '/a.run.json', overrides: ['steps=2'], directory: '/runs/a', asksGit: true, seed: 3,
      ...consents, registry: '/p', id: ID, device: 'gpu', pipe: pipePath('/p', ID)
    })
  })

  it('is an order as trainers take it, of a run that goes on too', () => {
    const order = orderOf(start({ resume: '/runs/a', unsafeSandbox: true }), '/p')
    assert.deepEqual(TrainerOrder.parse(order), order)
    assert.deepEqual([order.kind, order.device, order.unsafeSandbox], ['resume', 'cpu', true])
  })
})
