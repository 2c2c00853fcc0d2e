import assert from 'node:assert/strict'
import { RunFile } from '../protocol/runFile.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import { neededCapabilities } from './capabilities.ts'

const needed = (file: Omit<RunFileInput, 'model'>): readonly string[] => neededCapabilities(RunFile.parse({ model: 'base', ...file }))

describe('neededCapabilities', () => {
  it('asks for the loss of every stage', () => {
    const stages = [{ name: 'sft', algorithm: { name: 'sft' as const } }, { name: 'rl' }]
    assert.deepEqual(new Set(needed({ stages })), new Set(['sample', 'save', 'snapshot', 'crossEntropy', 'policyGradient']))
  })

  it('asks for the policy gradient only where RAFT has a ratio', () => {
    assert.equal(needed({ algorithm: { name: 'raft' } }).includes('policyGradient'), false)
    assert.equal(needed({ algorithm: { name: 'raft', plusPlus: true } }).includes('crossEntropy'), false)
  })

  it('asks for what rows are learned with', () => {
    const losses = (algorithm: RunFileInput['algorithm']): string[] => needed({ algorithm }).filter((name) => !['sample', 'save', 'snapshot'].includes(name))
    assert.deepEqual(losses({ name: 'prm' }), ['rewardHead'])
    assert.deepEqual(losses({ name: 'dpo' }), ['pairwise', 'logprobs'])
    assert.deepEqual(losses({ name: 'dpo', reference: false, rationaleWeight: 1 }), ['pairwise', 'crossEntropy'])
  })

  it('asks for what the regulariser uses, where it uses it', () => {
    const kl = (place: 'loss' | 'reward') => needed({ regulariser: { kl: { coefficient: 0.01, place }, entropyBonus: 0.001 } })
    assert.ok(['klToReference', 'logprobs', 'entropyBonus'].every((name) => kl('loss').includes(name)))
    assert.ok(kl('reward').includes('logprobs') && !kl('reward').includes('klToReference'))
    assert.equal(needed({}).includes('klToReference'), false)
  })
})
