import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { WorkspaceOutcome } from '../../trainer/sandbox/executor.ts'
import type { Sandbox } from '../../trainer/sandbox/sandbox.ts'
import { fingerprint } from '../../trainer/workspaces/repository.fixture.ts'
import { attempt, openWorkplace, originalText } from './attempts.ts'
import type { Target, Workplace } from './attempts.ts'
import type { Cheat, Places } from './cheat.ts'
import { MOCHA_CHEATS, mochaProgram, QUEUE, WORDS } from './mochaCheats.ts'
import { pythonWithPytest, root } from './places.ts'
import type { SampleName } from './places.ts'
import { ACCOUNT, MONEY, PYTEST_CHEATS, pytestProgram } from './pytestCheats.ts'
import { NO_PYTEST, NO_SANDBOX, workspaceSandbox } from './sandboxes.ts'
import { leftovers } from './underKills.ts'

const AT_A_TIME = 3
const SUITES: readonly { readonly sample: SampleName; readonly cheats: readonly Cheat[]; readonly targets: readonly Target[]; program(cheat: Cheat, places: Places): string }[] = [
  { sample: 'workspace-mocha', cheats: MOCHA_CHEATS, targets: [WORDS, QUEUE], program: mochaProgram },
  { sample: 'workspace-pytest', cheats: PYTEST_CHEATS, targets: [MONEY, ACCOUNT], program: pytestProgram }
]

for (const { sample, cheats, targets, program } of SUITES) {
  describe(`hostile programs in ${sample}`, function () {
    this.timeout(300_000)
    let place: Workplace
    let before = ''
    const ends = new Map<Cheat | Target, Promise<WorkspaceOutcome>>()

    this.beforeAll(async function () {
      const sandbox = await workspaceSandbox()
      const missing = sandbox === undefined ? NO_SANDBOX : sample === 'workspace-pytest' && pythonWithPytest() === undefined ? NO_PYTEST : undefined
      if (sandbox === undefined || missing !== undefined) {
        console.log(`Left out: ${missing}.`)
        return this.skip()
      }
      place = openWorkplace(sample)
      before = fingerprint(place.repository)
      startAll(sandbox)
    })

    /** All at once would be too many processes; each test waits for its own. */
    function startAll(sandbox: Sandbox): void {
      const lanes: Promise<unknown>[] = Array.from({ length: AT_A_TIME }, () => Promise.resolve())
      const texts = [...targets.map((target) => [target, target, originalText(place, target)] as const), ...cheats.map((cheat) => [cheat, cheat.target, program(cheat, place)] as const)]
      texts.forEach(([key, target, text], at) => {
        const end = lanes[at % AT_A_TIME]!.then(() => attempt(place, target, text, sandbox, { limits: LIMITS }))
        end.catch(() => undefined)
        lanes[at % AT_A_TIME] = end.catch(() => undefined)
        ends.set(key, end)
      })
    }

    for (const target of targets) {
      it(`pays the original of ${target.file}`, async () => {
        const { tests, signals } = await ends.get(target)!
        assert.deepEqual([tests.map(({ verdict }) => verdict), signals], [target.tests.map(() => 'pass'), []])
      })
    }

    for (const cheat of cheats) {
      it(`pays nothing to one that ${cheat.what}`, async () => {
        const { tests, signals } = await ends.get(cheat)!
        assert.deepEqual(tests.filter(({ verdict }) => verdict === 'pass' || verdict === null), [])
        // The runner itself shows tests in its output, which no model is given.
        assert(!/describe\(|def test_|refs\/heads/.test(JSON.stringify(tests.map(({ why, got }) => [why, got]))), 'it has read tests or history')
        if (cheat.signal !== undefined) assert(signals.some(({ kind }) => kind === cheat.signal), JSON.stringify(signals))
      })
    }

    it('leaves the user’s tree, its history and the shared dependencies as they were, and nothing of its own', async () => {
      await Promise.allSettled(ends.values())
      await place.runner.close()
      assert.equal(fingerprint(place.repository), before)
      assert(!existsSync(join(root, 'node_modules', 'PLANTED')) && !existsSync(join(root, 'node_modules', 'mocha', 'PLANTED')))
      assert.deepEqual(await leftovers(place.copiesFolder, 'LEFT-BEHIND'), { copiesLeft: [], processesLeft: [] })
    })
  })
}

const LIMITS = { wallSeconds: 20, cpuSeconds: 20, memoryMegabytes: 1024, processes: 64, outputBytes: 1 << 20, fileBytes: 64 << 20, files: 4096 }
