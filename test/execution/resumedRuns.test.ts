import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dieAt, finalWeights } from '../../trainer/orchestrator/deaths.fixture.ts'
import { testRun } from '../../trainer/orchestrator/run.fixture.ts'
import type { TestRun } from '../../trainer/orchestrator/run.fixture.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import { quickjsBackend } from '../../trainer/sandbox/quickjs/quickjsBackend.ts'
import type { Sandbox } from '../../trainer/sandbox/sandbox.ts'
import { disturbed, finish, lasting, partsWith, PROGRAM_RUN, rolloutsOf } from './programRun.ts'

/** Changes of the disk between two deaths that are tried. */
const STRIDE = 17

/** Executions in the records of open and sealed steps, as a dead process left them; a step that was being sealed lies there twice. */
function recordedExecutions({ folder }: TestRun): number {
  const rollouts = join(folder, 'rollouts')
  const lines = readdirSync(rollouts).filter((name) => name.endsWith('.jsonl')).flatMap((name) => readFileSync(join(rollouts, name), 'utf8').split('\n').slice(0, -1))
  const recorded = lines.map((line) => JSON.parse(line) as Rollout)
  return [...new Map(recorded.map(({ id, executions = [] }) => [id, executions.length])).values()].reduce((sum, count) => sum + count, 0)
}

describe('runs whose programs were executed before the process died', function () {
  this.timeout(60_000)
  let sandbox: Sandbox
  before(async () => { sandbox = await quickjsBackend({ workers: 2 }).open() })
  after(() => sandbox.close())

  async function finishCounting(run: TestRun): Promise<number> {
    let executions = 0
    assert.equal(await finish(run, { parts: partsWith(disturbed(sandbox, (count) => { executions = count }), 0) }), 'finished')
    return executions
  }

  const strategies: Readonly<Record<string, Partial<RunFileInput>>> = { 'one turn': PROGRAM_RUN, 'several turns': { ...PROGRAM_RUN, rollouts: { strategy: 'executeRetry', turns: 3 } } }
  for (const [name, file] of Object.entries(strategies)) {
    it(`executes what was not recorded and nothing else, and ends with the same bits: ${name}`, async () => {
      const undisturbed = await testRun(file)
      const all = await finishCounting(undisturbed)
      const expected = { rollouts: (await rolloutsOf(undisturbed)).map(lasting), weights: await finalWeights(undisturbed) }
      undisturbed.remove()
      const spared: number[] = []
      for (let change = 8; ; change += STRIDE) {
        const run = await testRun(file)
        const died = await dieAt(run, change, { parts: partsWith(sandbox, 0) })
        const recorded = died ? recordedExecutions(run) : all
        const again = await finishCounting(run)
        assert.equal(again, all - recorded, `executions after a death at change ${change}`)
        assert.deepEqual((await rolloutsOf(run)).map(lasting), expected.rollouts, `rollouts after a death at change ${change}`)
        assert.equal(await finalWeights(run), expected.weights, `weights after a death at change ${change}`)
        run.remove()
        if (!died) break
        spared.push(recorded)
      }
      assert.ok(spared.length > 3 && spared.some((count) => count > 0 && count < all), spared.join())
    })
  }
})
