import assert from 'node:assert/strict'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { rolloutWith } from './rollout.fixture.ts'
import { headerRows } from './traceFacts.ts'

describe('what is known of a rollout', () => {
  const sampled = (timing: Partial<Rollout['timing']>): string | undefined =>
    headerRows(rolloutWith('4', [], { timing: { sampledAt: '2026-01-02T03:04:05Z', sampleSeconds: 0.5, rewardSeconds: 0.01, ...timing } }), 'run').find(({ name }) => name === 'Sampled')?.value

  it('is when it was sampled and how long that took, where that was told', () => {
    assert.equal(sampled({}), '2026-01-02T03:04:05Z, 500 ms sampling, 10 ms scoring')
    assert.equal(sampled({ sampleSeconds: 2.004, rewardSeconds: 0.0002 }), '2026-01-02T03:04:05Z, 2 s sampling, < 1 ms scoring')
    assert.equal(sampled({ sampleSeconds: 1234.5, rewardSeconds: 0.9996 }), '2026-01-02T03:04:05Z, 1,235 s sampling, 1 s scoring')
    assert.equal(sampled({ rewardSeconds: 0 }), '2026-01-02T03:04:05Z, 500 ms sampling')
    assert.equal(sampled({ sampleSeconds: 0, rewardSeconds: 0 }), '2026-01-02T03:04:05Z')
  })
})
