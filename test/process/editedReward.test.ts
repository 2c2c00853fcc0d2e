import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import type { RunEvent } from '../../trainer/protocol/events.ts'
import { openRun } from '../../trainer/stores/runDirectory.ts'
import { lab } from './labProcess.ts'
import { Place } from './tinyRun.ts'

const rewarding = (score: number): string => `export const own = (problem: unknown, completion: string) => ({ score: ${score}, why: 'whatever it is' })\n`
/** More than any run here makes: it is stopped once it has shown what it was to show. */
const MANY_STEPS = 10_000

describe('a reward file that is saved while its run goes on', function () {
  this.timeout(120_000)
  let place: Place
  beforeEach(() => (place = new Place()))
  afterEach(() => place.remove())

  it('scores from the next step on as it then is; what cannot be used is told of and changes nothing', async () => {
    const file = place.write('own.reward.ts', rewarding(1))
    place.runFile({ steps: MANY_STEPS, stages: [{ name: 'rl' }], rewards: [{ name: 'module', path: 'own.reward.ts' }], evaluation: { problems: 1, samples: 1, every: 0 }, checkpoint: { every: MANY_STEPS } })
    const news = (event: RunEvent): string | undefined => (event.type === 'warning' && event.code.startsWith('reward/') ? event.code : undefined)
    const { code, events, err } = await lab(place.folder, ['run', 'tiny.run.json', '--out', 'r', '--json'], (event, child) => {
      if (event.type === 'stepFinished' && event.step === 1) writeFileSync(file, 'export const own = (')
      if (news(event) === 'reward/edit-refused') writeFileSync(file, rewarding(2))
      if (event.type === 'stepFinished' && event.metrics['reward/mean'] === 2) child.kill('SIGINT')
    })
    assert.equal(code, 130, err)
    assert.deepEqual(events.flatMap((event) => news(event) ?? []), ['reward/edit-refused', 'reward/edited'])
    const edited = events.find((event) => news(event) === 'reward/edited')!.step
    const hashes = new Map(events.flatMap((event) => (event.type === 'stepStarted' ? [[event.step, event.rewards?.[0]?.hash] as const] : [])))
    const run = await openRun(place.at('r'))
    for (const [step, score, hash] of [[1, 1, hashes.get(1)], [edited - 1, 1, hashes.get(1)], [edited, 2, hashes.get(edited)]] as const) {
      const rows = await run.rollouts.readStep({ kind: 'train', step })
      assert.deepEqual(new Set(rows?.map(({ reward }) => reward.total)), new Set([score]), `step ${step}`)
      assert.equal(hashes.get(step), hash)
    }
    run.close()
    assert.notEqual(hashes.get(edited), hashes.get(1))
  })
})
