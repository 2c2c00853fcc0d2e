import assert from 'node:assert/strict'
import { RunFile } from '../protocol/runFile.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import { settingsWithoutEffect } from './settingsWithoutEffect.ts'

const said = (file: Partial<RunFileInput>): string[] => settingsWithoutEffect(RunFile.parse({ model: 'm', environment: { name: 'arithmetic-chain' }, ...file }))

describe('settingsWithoutEffect', () => {
  const kl = (place: 'loss' | 'reward'): RunFileInput['regulariser'] => ({ kl: { coefficient: 0.1, place } })

  it('has nothing to say of what is read', () => {
    assert.deepEqual(said({}), [])
    assert.deepEqual(said({ regulariser: kl('reward'), rewards: [{ name: 'answer' }, { name: 'length' }] }), [])
    assert.deepEqual(said({ algorithm: { name: 'topr' }, regulariser: kl('loss'), rewards: [{ name: 'tests' }, { name: 'length', weight: 0 }], sampling: { temperature: 0.5 } }), [])
    assert.deepEqual(said({ algorithm: { name: 'raft', keep: 'best' }, rewards: [{ name: 'answer' }, { name: 'length' }] }), [])
  })

  it('names a penalty and rewards that an algorithm of verdicts does not read', () => {
    for (const algorithm of [{ name: 'topr' }, { name: 'nsr-psr' }, { name: 'raft' }, { name: 'reinforce-rej', rewards: 'signed' }] as const) {
      const found = said({ algorithm, regulariser: kl('reward'), rewards: [{ name: 'answer' }, { name: 'length' }, { name: 'format' }] })
      assert.equal(found.length, 2)
      assert.match(found[0]!, new RegExp(`^Stage "rl": the KL penalty has no effect in the reward, since ${algorithm.name} learns`))
      assert.match(found[1]!, /^Stage "rl": the rewards length, format are recorded/)
    }
  })

  it('names what makes all rewards of a group equal', () => {
    assert.match(said({ groupSize: 1 }).join(), /^Stage "rl": nothing is trained on, since grpo measures a rollout against the others of its group, and `groupSize` is 1\./)
    assert.match(said({ sampling: { temperature: 0 } })[0]!, /^Stage "rl": nothing is trained on, since at temperature 0 the rollouts of a group are all the same/)
    assert.match(said({ rewards: [{ name: 'answer', weight: 0 }] }).join(), /^Stage "rl": no rollout is better than another, since every reward has the weight 0\./)
    assert.deepEqual(said({ groupSize: 1, algorithm: { name: 'reinforce', baseline: 'batch' } }), [])
    assert.deepEqual(said({ groupSize: 1, rollouts: { strategy: 'critiqueRefine' } }), [])
    assert.deepEqual(said({ algorithm: { name: 'topr' }, rewards: [{ name: 'answer', weight: 0 }] }), [])
  })

  it('names k1 in the loss, which holds nothing back, with a way out that the algorithm reads', () => {
    const k1 = (place: 'loss' | 'reward', coefficient = 0.1): RunFileInput['regulariser'] => ({ kl: { estimator: 'k1', coefficient, place } })
    assert.match(said({ regulariser: k1('loss') }).join(), /^Stage "rl": the KL penalty holds nothing back, since the gradient of k1 .* to "k2" or "k3", or `regulariser.kl.place` to "reward"\.$/)
    assert.match(said({ algorithm: { name: 'topr' }, regulariser: k1('loss') }).join(), /holds nothing back.* to "k2" or "k3"\.$/)
    assert.deepEqual([...said({ regulariser: k1('reward') }), ...said({ regulariser: k1('loss', 0) })], [])
  })

  it('names a regulariser that no stage can apply, and leaves one alone that a later stage does', () => {
    assert.match(said({ algorithm: { name: 'sft' }, regulariser: { entropyBonus: 1 } })[0]!, /^Stage "rl": `regulariser` has no effect, since the loss of sft/)
    const first = { name: 'first', algorithm: { name: 'sft' } } as const
    assert.deepEqual(said({ stages: [first, { name: 'rl' }], regulariser: kl('loss') }), [])
    assert.equal(said({ stages: [{ ...first, regulariser: kl('loss') }, { name: 'rl' }] }).length, 1)
  })

  it('names a pass@k that the samples cannot estimate, where somebody asked for it', () => {
    assert.match(said({ evaluation: { k: [1, 64], samples: 16 } })[0]!, /^pass@64 cannot be estimated from 16 samples/)
    assert.deepEqual(said({ evaluation: { samples: 2 } }), [])
  })

  it('tells of rollouts drawn from another distribution than the one that is trained', () => {
    assert.match(said({ sampling: { temperature: 0.6, topP: 0.9 } })[0]!, /^Stage "rl": rollouts are drawn with temperature 0.6, topP 0.9, but/)
  })
})
