import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { rollout, temporaryFolder, weighed } from '../stores/fixtures.ts'
import { RUN_FILES } from '../stores/runLayout.ts'
import { compareRuns } from './compareRuns.ts'
import { runOfStep } from './listedRun.fixture.ts'
import { cancelled } from './queryError.ts'
import { QueryState } from './queryState.ts'

describe('comparison of runs', () => {
  const ofProblem = (problemId: string) => runOfStep(weighed([{ ...rollout({ step: 1, tokens: 4 }), problemId }]), false)
  let state: QueryState
  before(async () => {
    state = QueryState.open()
  })
  after(() => state.close())
  const compared = (runs: readonly string[], signal = new AbortController().signal) => compareRuns(runs, (name) => state.wholeRun(name, signal), state.db)

  it('tells what differs, each run once and by the name that it was asked for', async () => {
    const [one, other] = [await ofProblem('1'), await ofProblem('2')]
    const link = path.join(temporaryFolder(), 'link')
    symlinkSync(one, link)
    const { compared: names, differences, unreadable } = await compared([link, one, other])
    assert.deepEqual([names, unreadable, differences.map(({ path: place }) => place)], [[link, other], [], ['data.problemSet']])
    assert.equal(differences[0]!.values.length, 2)
  })

  it('leaves out what cannot be read, and says why', async () => {
    const runs = [await ofProblem('1'), await ofProblem('2')]
    const [newer, damaged, gone] = ['newer', 'damaged', 'gone'].map((name) => path.join(temporaryFolder(), name)) as [string, string, string]
    for (const [place, text] of [[newer, '{ "version": 2 }'], [damaged, '{"version":']] as const) {
      mkdirSync(place)
      writeFileSync(path.join(place, RUN_FILES.run), text)
    }
    const told = await compared([newer, runs[0]!, damaged, runs[1]!, gone])
    assert.deepEqual([told.compared, told.unreadable.map(({ run }) => run)], [runs, [newer, damaged, gone]])
    assert.equal(told.differences.length, 1)
    assert.match(told.unreadable[0]!.problem, /newer Rollout Lab\. Update/)
    assert.match(told.unreadable[2]!.problem, /deleted or moved/)
  })

  it('ends where nobody wants it any more', async () => {
    const runs = [await ofProblem('1'), await ofProblem('2')]
    await assert.rejects(compareRuns(runs, () => Promise.reject(cancelled()), state.db), (error) => LabError.is(error, 'cancelled'))
  })
})
