import assert from 'node:assert/strict'
import type { RolloutRow, ViewInfo } from '../../trainer/protocol/rolloutViews.ts'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import { InspectorModel } from './inspectorModel.ts'
import type { Connection } from './inspectorModel.ts'

/** A query process whose every view counts its generations from 1 and has one row, called after the view. */
function host(total = 1) {
  let made = 0
  const handlers = new Map<string, (payload: never) => void>()
  const closed: string[] = []
  const answers = {
    'rollouts/open': (): ViewInfo => ({ view: `view${++made}`, generation: 1, count: total, total, right: 0, wrong: 0, notScorable: 1, notices: [] }),
    'rollouts/page': ({ view }: { view: string }) => ({ generation: 1, rows: [{ id: view } as RolloutRow] }),
    'rollouts/close': ({ view }: { view: string }) => (closed.push(view), null)
  }
  const connection = {
    on: (name: string, handler: (payload: never) => void) => (handlers.set(name, handler), () => undefined),
    query: (name: keyof typeof answers, params: { view: string }) => Promise.resolve(answers[name](params))
  } as unknown as Connection
  return { closed, connection, made: () => made, tell: (payload: object) => handlers.get('changed')?.(payload as never) }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('InspectorModel', () => {
  it('shows the rows of the list asked for last, whatever generation earlier ones had', async () => {
    const { closed, connection } = host()
    const model = new InspectorModel(connection, [{ directory: '/runs/a' } as RunCard], () => undefined)
    const shown = async () => {
      await settle()
      model.pages.want(0, 1)
      await settle()
      return (model.pages.row(0) as RolloutRow | undefined)?.id
    }
    await model.open()
    assert.equal(await shown(), 'view1')
    model.change({ sort: { by: 'reward', descending: true } })
    assert.equal(await shown(), 'view2')
    assert.deepEqual(closed, ['view1'])
  })

  it('opens an empty list anew when the first rollouts are recorded, and only says so of others', async () => {
    for (const [total, opened, behind] of [[0, 2, false], [1, 1, true]] as const) {
      const { connection, made, tell } = host(total)
      const model = new InspectorModel(connection, [{ directory: '/runs/a' } as RunCard], () => undefined)
      await model.open()
      tell({ run: '/runs/a', what: ['rollouts'] })
      await settle()
      assert.deepEqual([made(), model.behind], [opened, behind])
    }
  })
})
