import assert from 'node:assert/strict'
import { openEnvironment } from '../../environments/registry.ts'
import { LabError } from '../../errors.ts'
import type { TrainerParts } from '../../orchestrator/trainerParts.ts'
import { RunFile } from '../../protocol/runFile.ts'
import { createReward } from '../../rewards/registry.ts'
import type { Executor } from '../../sandbox/executor.ts'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { executorAllowing } from './allowing.fixture.ts'
import { checkRewards } from './checkRewards.ts'
import type { CheckOptions } from './checkRewards.ts'
import { KnownReports } from './knownReports.ts'

const RUN = RunFile.parse({ model: 'm', environment: { name: 'function-synthesis', options: { language: 'python' } }, rewards: [{ name: 'tests' }] })

function partsWith(executor: Executor | undefined): Pick<TrainerParts, 'openEnvironment' | 'openReward' | 'executor'> {
  const openReward: TrainerParts['openReward'] = async (reference) => {
    if (reference.name === 'module') return { name: 'contains', score: ({ completion }) => ({ score: Number(completion.includes('SystemExit')), why: 'it is there' }) }
    if (reference.name === 'prm') throw new TypeError('no models here')
    return createReward(reference)
  }
  return { openEnvironment: (reference) => openEnvironment(reference as never, '.'), openReward, ...(executor && { executor }) }
}

describe('the check of rewards before a run', () => {
  const options = (more: Partial<CheckOptions> = {}): CheckOptions => ({ accepted: [], signal: new AbortController().signal, known: new KnownReports(temporaryFolder()), version: '1', ...more })

  it('is for runs with programs only', async () => {
    assert.deepEqual(await checkRewards(RunFile.parse({ model: 'm', environment: { name: 'arithmetic-chain' } }), partsWith(executorAllowing([])), options()), { notices: [] })
    assert.deepEqual(await checkRewards(RUN, partsWith(undefined), options()), { notices: [] })
  })

  it('lets honest rewards pass and gives the report for the record', async () => {
    const { notices, report } = (await checkRewards(RUN, partsWith(executorAllowing([])), options()))!
    assert.deepEqual([notices, report!.golds.map(({ paid }) => paid)], [[], [true]])
    assert.ok(report!.cheats.length > 60)
  })

  it('refuses a paid cheat until it is waved through by its name, and then records that', async () => {
    const parts = partsWith(executorAllowing(['SystemExit(0)']))
    await assert.rejects(checkRewards(RUN, parts, options()), (error) => LabError.is(error, 'reward/paid-cheats') && /--accept-paid-cheats system-exit$/.test(error.remedy))
    const check = await checkRewards(RUN, parts, options({ accepted: ['system-exit'] }))
    assert.deepEqual(check!.notices.map(({ code }) => code), ['reward/paid-cheat'])
    await assert.rejects(checkRewards(RUN, parts, options({ accepted: ['no-such-cheat'] })), (error) => LabError.is(error, 'usage/option'))
  })

  it('tries an unchanged reward once, but asks each time whether what is paid was accepted', async () => {
    let executions = 0
    const allowing = executorAllowing(['SystemExit(0)'])
    const parts = partsWith({ ...allowing, run: (...given) => (executions++, allowing.run(...given)) })
    const known = new KnownReports(temporaryFolder())
    const check = (run: typeof RUN, more: Partial<CheckOptions> = {}) => checkRewards(run, parts, options({ known, accepted: ['system-exit'], ...more }))
    await check(RUN)
    const once = executions
    await check(RUN)
    await assert.rejects(check(RUN, { accepted: [] }), (error) => LabError.is(error, 'reward/paid-cheats'))
    assert.equal(executions, once)
    await check(RunFile.parse({ ...RUN, rewards: [{ name: 'tests', options: { scoring: 'partial' } }] }))
    assert.ok(executions > once, 'another reward')
    const twice = executions
    await check(RUN, { version: '2' })
    assert.ok(executions > twice, 'another program')
  })

  it('tries cheats in a sandbox that none was tried in before', async () => {
    const allowing = executorAllowing(['SystemExit(0)'])
    const unsafe: Executor = { ...allowing, run: async (...given) => ({ ...(await allowing.run(...given)), backend: 'unsafe' }), backendFor: () => ({ backend: 'unsafe' }) }
    const known = new KnownReports(temporaryFolder())
    const { notices } = (await checkRewards(RUN, partsWith(unsafe), options({ known })))!
    assert.deepEqual(notices.map(({ code }) => code), ['reward/cheats-untested'])
    await assert.rejects(checkRewards(RUN, partsWith(allowing), options({ known })), (error) => LabError.is(error, 'reward/paid-cheats'))
  })

  it('finds a naive reward of the user’s own, each time anew since it is code', async () => {
    const run = RunFile.parse({ ...RUN, rewards: [{ name: 'module', path: 'contains.reward.js' }] })
    const known = new KnownReports(temporaryFolder())
    for (const turn of [1, 2]) {
      await assert.rejects(checkRewards(run, partsWith(executorAllowing([])), options({ known })), (error) => LabError.is(error, 'reward/paid-cheats') && /system-exit/.test(error.message), `turn ${turn}`)
    }
  })

  it('tells how far it is and stops when it is asked to', async () => {
    const stop = new AbortController()
    const told: number[] = []
    const executor = executorAllowing([])
    const cancellable: Executor = { ...executor, run: async (task, given) => {
      if (given?.signal?.aborted) throw new LabError('sandbox', 'sandbox/cancelled', 'cancelled', { remedy: '' })
      return executor.run(task)
    } }
    const check = await checkRewards(RUN, partsWith(cancellable), options({ signal: stop.signal, onProgress: (done) => { told.push(done); if (done === 3) stop.abort() } }))
    assert.deepEqual([check, told[0]], [undefined, 1])
    assert.ok(told.length < 10)
  })
})
