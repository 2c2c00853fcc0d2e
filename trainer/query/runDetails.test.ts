import assert from 'node:assert/strict'
import path from 'node:path'
import { RunFile } from '../protocol/runFile.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import { newRun, temporaryFolder } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import { runDetails } from './runDetails.ts'

/** Names that the details of a run with this file tell before anything was recorded. */
async function namesTold(file: Partial<RunFileInput>): Promise<{ readonly parts: readonly string[]; readonly environments: readonly string[] }> {
  const directory = path.join(temporaryFolder(), 'run')
  const run = RunFile.parse({ name: 'named', model: 'models/base', ...file })
  ;(await createRun({ ...newRun(directory), run })).close()
  const { rewardParts, environments } = runDetails(directory, directory)
  return { parts: rewardParts, environments }
}

describe('names of a run that has recorded nothing yet', () => {
  it('are those of all its stages, each once', async () => {
    const told = await namesTold({
      environment: { name: 'countdown' }, rewards: [{ name: 'answer' }, { name: 'format' }],
      stages: [{ name: 'first', environment: { name: 'maze-walk' }, rewards: [{ name: 'length' }, { name: 'answer' }] }, { name: 'second' }]
    })
    assert.deepEqual(told, { parts: ['length', 'answer', 'format'], environments: ['maze-walk', 'countdown'] })
  })

  it('are no names of files: a reward file gives its own, other modules are asked when they run', async () => {
    const told = await namesTold({
      environment: { name: 'module', path: 'environment.ts' },
      rewards: [{ name: 'module', path: 'rewards/brevity.reward.ts' }, { name: 'module', path: 'all.reward.py', function: 'truth' }, { name: 'module', path: 'reward.ts' }]
    })
    assert.deepEqual(told, { parts: ['brevity', 'truth'], environments: [] })
  })
})
