import assert from 'node:assert/strict'
import { LabError } from '../../errors.ts'
import type { WorkspaceTask } from '../../protocol/execution.ts'
import { plainSandbox } from '../plainSandbox.fixture.ts'
import { SUM, sumProject, sumTask } from '../repository.fixture.ts'
import { NO_REPORT } from '../runners/testRunner.ts'
import type { Grant } from './commands.ts'
import { createOriginalNeeds } from './originalNeeds.ts'
import type { RunsAttempts } from './originalNeeds.ts'
import { testAttempt } from './testAttempt.ts'

const NAMES = ['sum adds', 'sum refuses text']
const CHANGE = 'change src/sum.js sum'

interface Told {
  readonly passed: readonly string[]
  readonly needs?: readonly string[]
}

/** What the tests tell of the original, of an attempt and of the same one where not all is granted; notes what was run. */
function attempts(tells: { readonly original: Told; readonly candidate: Told; readonly again?: Told }, ended: 'exit' | 'timeout' = 'exit') {
  const ran: string[] = []
  const grants: Grant[] = []
  const run: RunsAttempts = async ({ files }, _sandbox, { grant, signal }) => {
    if (signal?.aborted) throw new LabError('sandbox', 'sandbox/cancelled', 'cancelled', { remedy: '' })
    const which = files[0]!.text === SUM ? 'original' : grant === undefined ? 'candidate' : 'again'
    ran.push(which)
    if (grant !== undefined) grants.push(grant)
    const { passed, needs = [] } = tells[which] ?? { passed: [] }
    const results = NAMES.map((name) => ({ name, status: passed.includes(name) ? 'passed' as const : 'failed' as const, seconds: 0 }))
    const tests = { code: 0, ended, stdout: '', stderr: '', report: '', outputCut: false, limitsHit: [], seconds: 1 }
    return { report: { ...NO_REPORT, results, connected: true, finished: true, needs }, tests, candidate: null }
  }
  return { run, ran, grants }
}

describe('an attempt', () => {
  const task: WorkspaceTask = sumTask(sumProject(), 'another\n')
  const tried = async (tells: Parameters<typeof attempts>[0]) => {
    const { run, ran, grants } = attempts(tells)
    const { tests, signals, seconds } = await testAttempt(task, plainSandbox(), run, createOriginalNeeds(run))
    return { passed: tests.filter(({ verdict }) => verdict === 'pass').map(({ name }) => name), signals: signals.map(({ kind }) => kind), seconds, ran, grants }
  }

  it('that gives data alone is run once', async () => {
    assert.deepEqual(await tried({ original: { passed: NAMES }, candidate: { passed: NAMES } }), { passed: NAMES, signals: [], seconds: 1, ran: ['candidate'], grants: [] })
  })

  it('that passes nothing is run once, whatever it did', async () => {
    assert.deepEqual((await tried({ original: { passed: NAMES }, candidate: { passed: [], needs: [CHANGE] } })).ran, ['candidate'])
  })

  it('is run once where the original does the same', async () => {
    const { passed, ran } = await tried({ original: { passed: NAMES, needs: ['object src/sum.js Sum', CHANGE] }, candidate: { passed: NAMES, needs: [CHANGE] } })
    assert.deepEqual([passed, ran], [NAMES, ['candidate', 'original']])
  })

  it('is run again without what the original does not do, and passes what passes both times', async () => {
    const [adds] = NAMES as [string]
    const outcome = await tried({ original: { passed: NAMES, needs: ['function a b'] }, candidate: { passed: [adds], needs: [CHANGE] }, again: { passed: NAMES } })
    assert.deepEqual(outcome, { passed: [adds], signals: [], seconds: 2, ran: ['candidate', 'original', 'again'], grants: [{ needs: ['function a b'], solved: true }] })
    const cheat = await tried({ original: { passed: NAMES }, candidate: { passed: NAMES, needs: [CHANGE] }, again: { passed: [adds] } })
    assert.deepEqual([cheat.passed, cheat.signals], [[adds], ['forgedResult']])
  })

  it('may give what it likes where the original solves nothing, and is no forgery for it', async () => {
    const objects = await tried({ original: { passed: [] }, candidate: { passed: NAMES, needs: ['object src/sum.js sum'] } })
    assert.deepEqual([objects.passed, objects.ran], [NAMES, ['candidate', 'original']])
    const changes = await tried({ original: { passed: [] }, candidate: { passed: NAMES, needs: [CHANGE] }, again: { passed: [] } })
    assert.deepEqual([changes.passed, changes.signals, changes.grants], [[], [], [{ needs: [], solved: false }]])
  })

  it('shares what was found of the original with others, and not that one of them was cancelled', async () => {
    const { run, ran } = attempts({ original: { passed: NAMES }, candidate: { passed: NAMES } })
    const originals = createOriginalNeeds(run)
    const stopped = AbortSignal.abort()
    const asked = await Promise.allSettled([originals.grantOf(task, plainSandbox(), stopped), originals.grantOf(task, plainSandbox()), originals.grantOf(task, plainSandbox())])
    assert.deepEqual([asked.map(({ status }) => status), ran], [['rejected', 'fulfilled', 'fulfilled'], ['original']])
    await originals.grantOf({ ...task, boundary: 'objects' }, plainSandbox())
    assert.deepEqual(ran, ['original', 'original'])
  })

  it('has the original run again where its run was cut off', async () => {
    const { run, ran } = attempts({ original: { passed: [] }, candidate: { passed: [] } }, 'timeout')
    const originals = createOriginalNeeds(run)
    for (let asked = 0; asked < 2; asked++) assert.deepEqual(await originals.grantOf(task, plainSandbox()), { needs: [], solved: false })
    assert.deepEqual(ran, ['original', 'original'])
  })
})
