import assert from 'node:assert/strict'
import { pythonWithPytest } from './places.ts'
import { NO_PYTEST, NO_SANDBOX, workspaceSandbox } from './sandboxes.ts'
import { attemptsUnderKills } from './underKills.ts'
import type { UnderKills } from './underKills.ts'

const ATTEMPTS = 10
const SAMPLES = ['workspace-mocha', 'workspace-pytest'] as const

describe('attempts at workspaces under kills at random', function () {
  this.timeout(300_000)
  /** Of both samples at a time; what is missing where there is none. */
  const outcomes = new Map<string, Promise<UnderKills | string>>()

  before(async () => {
    const sandbox = await workspaceSandbox()
    for (const sample of SAMPLES) {
      const missing = sandbox === undefined ? NO_SANDBOX : sample === 'workspace-pytest' && pythonWithPytest() === undefined ? NO_PYTEST : undefined
      outcomes.set(sample, missing === undefined ? attemptsUnderKills(sample, ATTEMPTS, 1) : Promise.resolve(missing))
    }
  })

  for (const sample of SAMPLES) {
    it(`leave the tree and history of ${sample} as they were, and no copies`, async function () {
      const outcome = await outcomes.get(sample)!
      if (typeof outcome === 'string') {
        console.log(`Left out: ${outcome}.`)
        return this.skip()
      }
      const { ends, attempts, crashes, ...rest } = outcome
      assert.deepEqual(rest, { untouched: true, copiesLeft: [], processesLeft: [], complaints: '' })
      assert(attempts >= ATTEMPTS && crashes > 0 && Object.keys(ends).length > 1, JSON.stringify({ ends, attempts, crashes }))
    })
  }
})
