import assert from 'node:assert/strict'
import type { RewardFunction } from '../rewards/reward.ts'
import { readEvents } from '../stores/eventStore.ts'
import { join } from 'node:path'
import { runTrainer } from './runTrainer.ts'
import { testRun } from './run.fixture.ts'

const hash = (digit: number): string => String(digit).repeat(64)

/** A reward whose file is edited before every second step, and once cannot be used. */
function editedReward(): RewardFunction {
  let step = 0
  let version = 1
  return {
    name: 'own',
    score: () => ({ score: version, why: '' }),
    reload: async () => {
      step += 1
      if (step === 3) version = 2
      const news = step === 3 ? { code: 'reward/edited', message: 'taken up' } as const : step === 4 ? { code: 'reward/edit-refused', message: 'refused' } as const : undefined
      return { part: 'own', file: 'own.reward.ts', hash: hash(version), ...(news && { news }) }
    }
  }
}

describe('rewards that are edited while a run goes on', () => {
  it('change between steps, with what scored each step and what was said recorded', async () => {
    const run = await testRun({ steps: 4, rewards: [{ name: 'module', path: 'own.reward.ts' }] })
    try {
      const { parts, directory } = await run.open({ parts: { openReward: editedReward } })
      await runTrainer(parts)
      const events = [...readEvents(join(run.folder, 'events.jsonl'))]
      assert.deepEqual(events.flatMap((event) => (event.type === 'stepStarted' ? [[event.step, event.rewards]] : [])), [1, 1, 2, 2].map((version, i) => [i + 1, [{ part: 'own', file: 'own.reward.ts', hash: hash(version) }]]))
      assert.deepEqual(events.flatMap((event) => (event.type === 'warning' && event.code.startsWith('reward/') ? [[event.step, event.code, event.message]] : [])), [[3, 'reward/edited', 'taken up'], [4, 'reward/edit-refused', 'refused']])
      for (const [step, score] of [[2, 1], [3, 2]] as const) {
        const rows = await directory.rollouts.readStep({ kind: 'train', step })
        assert.deepEqual(new Set(rows?.map(({ reward }) => reward.total)), new Set([score]))
      }
      directory.close()
    } finally {
      run.remove()
    }
  })
})
