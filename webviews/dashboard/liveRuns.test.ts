import assert from 'node:assert/strict'
import type { QueryParams, QueryResults } from '../../trainer/protocol/queries.ts'
import { LiveRuns } from './liveRuns.ts'
import type { DashboardConnection } from './liveRuns.ts'
import { card } from './runs.fixture.ts'
import { RL_TRACK } from './tracks.ts'

type Metrics = QueryParams<'runs/metrics'>
const PLANNED = [{ name: 'rl', supervised: false }]
const stepsOf = (live: LiveRuns) => live.runs.get('/runs/a')?.series.tracks.get(RL_TRACK)?.steps

/** A query process with one run whose lines are single steps. */
function host(lines: { count: number }) {
  const asked: number[] = []
  const handlers = new Map<string, (payload: never) => void>()
  const answers = {
    'runs/details': () => ({ card: card({ name: 'a\u202eb' }), notices: [] }),
    'runs/metrics': ({ offset }: Metrics): QueryResults['runs/metrics'] => {
      asked.push(offset)
      const steps = Array.from({ length: Math.max(0, lines.count - offset) }, (_, i) => offset + i + 1)
      return { planned: PLANNED, stages: steps.map(() => 'rl'), steps, seconds: steps, series: { a: steps }, next: lines.count }
    },
    'runs/events': () => ({ events: [], next: 0 })
  }
  const connection = {
    on: (name: string, handler: (payload: never) => void) => handlers.set(name, handler),
    query: async (name: keyof typeof answers, params: Metrics) => Promise.resolve(answers[name](params))
  } as unknown as DashboardConnection
  const tell = (name: string, payload: object) => handlers.get(name)?.(payload as never)
  return { asked, connection, tell, settle: () => new Promise((resolve) => setImmediate(resolve)) }
}

describe('live runs', () => {
  it('read what is new by offset, and what comes meanwhile in one go', async () => {
    const lines = { count: 3 }
    const { asked, connection, tell, settle } = host(lines)
    const live = new LiveRuns(connection, () => undefined)
    live.setRuns([card()])
    await settle()
    lines.count = 5
    for (let i = 0; i < 10; i++) tell('changed', { run: '/runs/a', what: ['metrics'] })
    await settle()
    assert.deepEqual(stepsOf(live), [1, 2, 3, 4, 5])
    assert.ok(asked.length <= 3 && asked.slice(1).every((offset) => offset >= 3), `asked at ${asked.join(', ')}`)
  })

  it('start over where the file became shorter', async () => {
    const lines = { count: 5 }
    const { connection, tell, settle } = host(lines)
    const live = new LiveRuns(connection, () => undefined)
    live.setRuns([card()])
    await settle()
    lines.count = 2
    tell('changed', { run: '/runs/a', what: ['metrics'] })
    await settle()
    await settle()
    assert.deepEqual(stepsOf(live), [1, 2])
  })

  it('ask again after a large answer, which may not have been all', async () => {
    const { connection, settle } = host({ count: 0 })
    const asked: number[] = []
    connection.query = ((name: string, { offset }: Metrics) => {
      if (name !== 'runs/metrics') return Promise.reject(new Error('not asked here'))
      asked.push(offset)
      const more = asked.length < 3
      return Promise.resolve({ planned: PLANNED, stages: more ? ['rl'] : [], steps: more ? [asked.length] : [], seconds: [], series: {}, next: more ? asked.length * 2_000_000 : offset })
    }) as DashboardConnection['query']
    const live = new LiveRuns(connection, () => undefined)
    live.setRuns([card()])
    await settle()
    assert.deepEqual([asked, stepsOf(live)], [[0, 2_000_000, 4_000_000], [1, 2]])
  })

  it('keep what was read of a run that is gone, and hear of states before cards', async () => {
    const { connection, tell, settle } = host({ count: 2 })
    const live = new LiveRuns(connection, () => undefined)
    tell('live', { run: '/runs/a', connection: 'attached', steering: true, actions: ['pause'] })
    live.setRuns([card()])
    await settle()
    tell('changed', { run: '/runs/a', what: ['gone'] })
    const run = live.runs.get('/runs/a')!
    assert.deepEqual([run.gone, stepsOf(live), run.live?.actions, run.card.name], [true, [1, 2], ['pause'], 'a⟨RLO⟩b'])
  })

  it('say why a run could not be read', async () => {
    const { connection, settle } = host({ count: 0 })
    connection.query = () => Promise.reject(Object.assign(new Error('It is gone.'), { remedy: 'Look elsewhere.' }))
    const live = new LiveRuns(connection, () => undefined)
    live.setRuns([card()])
    await settle()
    assert.deepEqual(live.runs.get('/runs/a')!.problem, { message: 'It is gone.', remedy: 'Look elsewhere.' })
  })
})
