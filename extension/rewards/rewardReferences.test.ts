import assert from 'node:assert/strict'
import { RunFile } from '../../trainer/protocol/runFile.ts'
import { fileMeant, modulesOfParts, rewardLine } from './rewardReferences.ts'

const run = RunFile.parse({
  model: 'm', rewards: [{ name: 'answer' }, { name: 'module', path: 'rewards/brevity.reward.ts' }], stages: [{ name: 'rl' }, { name: 'late', rewards: [{ name: 'module', path: 'late.reward.py' }] }]
})
const parts = (count: number) => ({ total: 1, parts: Array.from({ length: count }, (_, i) => ({ name: `p${i}`, score: 1, weight: 1, why: '' })) })

describe('rewards: where a part comes from', () => {
  it('is the module that the run names at its place, for the stage of the rollout', () => {
    assert.deepEqual(modulesOfParts(run, { kind: 'train', stage: 'rl', reward: parts(2) }).map((module) => module?.path), [undefined, 'rewards/brevity.reward.ts'])
    assert.deepEqual(modulesOfParts(run, { kind: 'train', stage: 'late', reward: parts(1) }).map((module) => module?.path), ['late.reward.py'])
    assert.deepEqual(modulesOfParts(run, { kind: 'evaluation', stage: 'rl', reward: parts(1) }), [undefined])
    assert.deepEqual(modulesOfParts(run, { kind: 'train', stage: 'rl', reward: parts(3) }), [undefined, undefined, undefined])
  })

  it('is a file that the workspace has, never a path that a record gives', () => {
    const files = ['/w/a/rewards/brevity.reward.ts', '/w/brevity.reward.ts', '/w/b/other.reward.ts']
    assert.equal(fileMeant('rewards/brevity.reward.ts', files), files[0])
    assert.equal(fileMeant('./brevity.reward.ts', files), files[1])
    assert.equal(fileMeant('../../etc/passwd', files), undefined)
    assert.equal(fileMeant('C:\\x\\rewards\\brevity.reward.ts', files), files[0])
  })

  it('is at the line where it failed, else where its function begins', () => {
    const text = 'const a = 1\n\nexport function brevity() {\n  throw new Error()\n}\nexport const polite = () => 1\n'
    assert.equal(rewardLine('/w/brevity.reward.ts', text, {}, '5 characters'), 2)
    assert.equal(rewardLine('/w/brevity.reward.ts', text, { function: 'polite' }, ''), 5)
    assert.equal(rewardLine('/w/brevity.reward.ts', text, {}, 'no such word (brevity.reward.ts:4)'), 3)
    assert.equal(rewardLine('/w/brevity.reward.ts', text, {}, 'elsewhere (other.ts:4)'), 2)
    assert.equal(rewardLine('/w/brevity.reward.ts', text, {}, 'forged (brevity.reward.ts:400)'), 2)
    assert.equal(rewardLine('/w/reward.ts', 'import x\nexport const reward = {}', {}, ''), 1)
  })
})
