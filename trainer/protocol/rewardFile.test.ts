import assert from 'node:assert/strict'
import { isRewardFile, mainRewardPlace, rewardLanguage, rewardPartName, rewardPlaces } from './rewardFile.ts'

describe('protocol: reward files', () => {
  it('are known by their name', () => {
    assert.deepEqual(['a.reward.ts', 'b/a.reward.js', 'C:\\b\\a.reward.py'].map(isRewardFile), [true, true, true])
    assert.deepEqual(['reward.ts', '.reward.ts', 'a.reward.tsx', 'a.reward.ts.bak', 'a/.reward.py'].map(isRewardFile), [false, false, false, false, false])
    assert.deepEqual(['a.reward.ts', 'a.reward.js', 'a.reward.py'].map(rewardLanguage), ['typescript', 'javascript', 'python'])
  })

  it('have the functions that they export, with their lines', () => {
    const text = [
      "import type { UserRewardFunction } from 'rollout-lab'", 'const LONGEST = 40', 'export const SHORTEST = 4', 'function helper() { return 1 }',
      'export const brevity: UserRewardFunction = (problem, completion) => ({ score: 1, why: "" })', 'export function polite(problem, completion) {', '  return { score: helper(), why: "" }', '}',
      'export const short = completion => 1', 'export async function later() {}'
    ].join('\n')
    assert.deepEqual(rewardPlaces('a.reward.ts', text), [{ name: 'brevity', line: 5 }, { name: 'polite', line: 6 }, { name: 'short', line: 9 }, { name: 'later', line: 10 }])
  })

  it('have in Python the functions at the margin, without helpers', () => {
    const text = 'import math\r\n\r\ndef _helper(x):\r\n    def inner(y): return y\r\n    return x\r\n\r\ndef brevity (problem, completion, run):\r\n    return 1.0, ""\r\n'
    assert.deepEqual(rewardPlaces('a.reward.py', text), [{ name: 'brevity', line: 7 }])
  })

  it('have one function that stands for the file, or none', () => {
    const places = ['one', 'brevity', 'score'].map((name, i) => ({ name, line: i + 1 }))
    assert.equal(mainRewardPlace('x/brevity.reward.ts', places)?.name, 'score')
    assert.equal(mainRewardPlace('x/brevity.reward.ts', places.slice(0, 2))?.name, 'brevity')
    assert.equal(mainRewardPlace('x/other.reward.ts', places.slice(0, 1))?.name, 'one')
    assert.equal(mainRewardPlace('x/other.reward.ts', places.slice(0, 2)), undefined)
    assert.equal(mainRewardPlace('x/other.reward.ts', []), undefined)
  })

  it('give the part its name', () => {
    assert.equal(rewardPartName('x/brevity.reward.ts', 'score'), 'brevity')
    assert.equal(rewardPartName('brevity.reward.py', 'polite'), 'polite')
  })
})
