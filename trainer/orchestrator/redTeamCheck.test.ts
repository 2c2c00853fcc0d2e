import assert from 'node:assert/strict'
import { openEnvironment } from '../environments/registry.ts'
import { LabError } from '../errors.ts'
import { RunFile } from '../protocol/runFile.ts'
import { createReward } from '../rewards/registry.ts'
import { redTeamAll, rewardedPrograms } from './redTeamCheck.ts'

const PARTS = { openEnvironment: (reference: Parameters<typeof openEnvironment>[0]) => openEnvironment(reference, '.'), openReward: async (reference: Parameters<typeof createReward>[0]) => createReward(reference) } as never

describe('what a run trains on by executing programs', () => {
  const pairs = async (run: object) => (await rewardedPrograms(RunFile.parse({ model: 'm', ...run }), PARTS)).map(({ environment, rewards }) => [environment.name, rewards.map(({ reward, weight }) => [reward.name, weight])])
  const code = { name: 'function-synthesis' }

  it('is each environment of programs with its rewards', async () => {
    assert.deepEqual(await pairs({ environment: code, rewards: [{ name: 'tests' }, { name: 'tamper', weight: -1 }] }), [['function-synthesis', [['tests', 1], ['tamper', -1]]]])
    assert.deepEqual(await pairs({ environment: { name: 'arithmetic-chain' } }), [])
  })

  it('is each pair once, of all stages that are reinforced', async () => {
    const stage = (name: string, more: object = {}) => ({ name, steps: 1, ...more })
    const stages = [stage('a'), stage('b'), stage('c', { environment: { name: 'sql' } }), stage('d', { algorithm: { name: 'sft' }, environment: { name: 'code-repair' } })]
    assert.deepEqual((await pairs({ environment: code, rewards: [{ name: 'tests' }], stages })).map(([name]) => name), ['function-synthesis', 'sql'])
  })

  it('is an error where it is nothing', async () => {
    await assert.rejects(redTeamAll([]), (error) => LabError.is(error, 'usage/no-programs'))
  })
})
