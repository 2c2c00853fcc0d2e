import assert from 'node:assert/strict'
import { readMetrics } from '../../trainer/stores/metricsStore.ts'
import { openRun } from '../../trainer/stores/runDirectory.ts'
import { labSucceeds } from './labProcess.ts'
import { Place, TINY_STEPS } from './tinyRun.ts'

/** Fails in three ways and is fine in the fourth, as the prompt has it. */
const MOODY = `
export const reward = {
  name: 'moody',
  score: ({ problem }) => {
    const mood = [...problem.prompt].reduce((sum, character) => sum + character.charCodeAt(0), 0) % 4
    if (mood === 0) throw new Error('no idea what to say')
    if (mood === 1) return { score: NaN, why: 'a mistake' }
    if (mood === 2) for (;;) {}
    return { score: 1, why: 'fine' }
  }
}`

describe('process: a reward module that fails', function () {
  this.timeout(120_000)

  it('throws, hangs or gives NaN: null, counted and shown, and the run goes on', async () => {
    const place = new Place()
    try {
      place.write('moody.ts', MOODY)
      const file = place.runFile({
        rewards: [{ name: 'module', path: 'moody.ts' }], rewardDeadlineSeconds: 0.3, problemsPerStep: 4, groupSize: 1, regulariser: {},
        environment: { name: 'arithmetic-chain', options: { minOperations: 1, maxOperations: 3 } }
      })
      const { events } = await labSucceeds(place.folder, ['run', file, '--out', 'r', '--json', '--trust-workspace'])
      assert.equal(events.at(-1)?.type, 'runFinished')
      const run = await openRun(place.at('r'))
      const steps = Array.from({ length: TINY_STEPS }, (_, i) => i + 1)
      const rows = (await Promise.all(steps.map((step) => run.rollouts.readStep({ kind: 'train', step })))).flatMap((step) => step ?? [])
      run.close()
      const metrics = readMetrics(place.at('r', 'metrics.jsonl')).filter(({ stage }) => stage === 'rl')
      const problems = new Map(rows.map(({ errors, reward }) => [errors[0]?.message ?? 'fine', reward.total]))
      for (const expected of [/no idea what to say/, /finite|NaN/, /longer|deadline|0\.3/]) {
        const found = [...problems].filter(([message]) => expected.test(message))
        assert.ok(found.length > 0, `${expected} in ${[...problems.keys()].join(' | ')}`)
        assert.deepEqual(new Set(found.map(([, total]) => total)), new Set([null]))
      }
      assert.equal(problems.get('fine'), 1)
      const counted = metrics.reduce((sum, { values }) => sum + (values['rollouts/notScorable'] ?? 0), 0)
      const told = events.flatMap((event) => (event.type === 'stepFinished' ? [event.metrics['rollouts/notScorable'] ?? 0] : []))
      assert.deepEqual(told, metrics.map(({ values }) => values['rollouts/notScorable'] ?? 0))
      assert.equal(counted, rows.filter(({ reward }) => reward.total === null).length)
    } finally {
      place.remove()
    }
  })
})
