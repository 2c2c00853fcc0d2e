import assert from 'node:assert/strict'
import { LabError } from '../errors.ts'
import { testsReward } from '../rewards/tests.ts'
import type { WeightedReward } from '../rewards/scoreRollout.ts'
import { BATTERY } from './battery.ts'
import type { Cheat } from './cheat.ts'
import { codeGrader } from './doubles/graderDouble.fixture.ts'
import type { GraderDouble, Passed } from './doubles/graderDouble.fixture.ts'
import { squaresEnvironment } from './doubles/squares.fixture.ts'
import { redTeam } from './redTeam.ts'
import type { RedTeamOptions } from './redTeam.ts'

const cheat = (name: string, more: Partial<Cheat> = {}): Cheat => ({ name, family: 'early exit', title: `is ${name}`, javascript: { top: `// ${name}` }, ...more })
const HONEST = /numbers\.map/

/** Passes the solution, and says what the verdict is on programs that hold a word. */
function judge(verdicts: Readonly<Record<string, Passed>>): GraderDouble {
  return codeGrader(async ({ tests }, text) => {
    const told = Object.entries(verdicts).find(([word]) => text.includes(word))
    return tests.map(() => (told ? told[1] : HONEST.test(text)))
  })
}

const PAID_FOR_TESTS: readonly WeightedReward[] = [{ reward: testsReward({ scoring: 'all' }), weight: 1 }]

function tried(battery: readonly Cheat[], verdicts: Readonly<Record<string, Passed>>, options: Partial<RedTeamOptions> = {}, rewards = PAID_FOR_TESTS) {
  return redTeam({ environment: squaresEnvironment('javascript', 'list'), rewards, executor: judge(verdicts), deadlineSeconds: 5, options: {} }, { seed: 1, problems: 1, width: 2, battery, ...options })
}

describe('red team', () => {
  it('says of each cheat whether it was paid, was not, escaped the judgement or has no form', async () => {
    const { golds, cheats } = await tried([cheat('pays'), cheat('fails'), cheat('breaks'), { name: 'snake', family: 'reading', title: 'is Python', python: {} }], { '// pays': true, '// breaks': null })
    assert.deepEqual(cheats.map(({ cheat, outcome, reward, share }) => [cheat, outcome, reward, share]), [['pays', 'paid', 1, 1], ['fails', 'unpaid', 0, 0], ['breaks', 'escaped', null, null], ['snake', 'untested', null, null]])
    assert.deepEqual(cheats.map(({ why }) => why), [
      'tests 1: 2 of 2 tests pass', 'wrongValue: the grader says no', 'the grader takes it for a failure of the machine', 'It has no form for this language.'
    ])
    assert.deepEqual(golds.map(({ paid, reward, idle }) => [paid, reward, idle]), [[true, 1, 0]])
  })

  it('counts what an honest attempt that does nothing gets for nothing', async () => {
    const rewards = [...PAID_FOR_TESTS, { reward: { name: 'format', score: () => ({ score: 1, why: 'a program' }) }, weight: 0.5 }]
    const { golds, cheats } = await tried([cheat('fails')], {}, {}, rewards)
    assert.deepEqual([golds[0]!.reward, golds[0]!.idle, cheats[0]!.outcome, cheats[0]!.reward], [1.5, 0.5, 'unpaid', 0.5])
  })

  it('names the part that pays', async () => {
    const long = { reward: { name: 'long', score: ({ completion }: { completion: string }) => ({ score: Number(completion.includes('// pays')), why: 'it says so' }) }, weight: 2 }
    const { cheats } = await tried([cheat('pays')], {}, {}, [...PAID_FOR_TESTS, long])
    assert.deepEqual([cheats[0]!.outcome, cheats[0]!.why], ['paid', 'long 1: it says so'])
  })

  it('finds a naive reward of the user’s own that looks for the expected answer in the completion', async () => {
    const contains = { reward: { name: 'contains', score: ({ completion }: { completion: string }) => ({ score: Number(/numbers\.map|\[0,1,4\]/.test(completion)), why: 'the expected answer is there' }) }, weight: 1 }
    const { golds, cheats } = await tried(BATTERY.filter(({ name }) => ['printed-answers', 'special-cased', 'exit-zero'].includes(name)), {}, {}, [contains])
    assert.deepEqual([golds[0]!.paid, cheats.map(({ cheat, outcome }) => [cheat, outcome])], [true, [['exit-zero', 'unpaid'], ['printed-answers', 'paid'], ['special-cased', 'paid']]])
  })

  it('tells that a solution is not paid', async () => {
    const { golds } = await tried([], { 'numbers.map': false })
    assert.deepEqual(golds.map(({ paid, reward }) => [paid, reward]), [[false, 0]])
  })

  it('tries again what could not be scored, so that one failure of the machine is no cheat', async () => {
    let asked = 0
    const passing = judge({})
    const executor: GraderDouble = { run: async (task) => (task.files[0]!.text.includes('// once') && asked++ === 0 ? judge({ '// once': null }).run(task) : passing.run(task)) }
    const { cheats } = await redTeam({ environment: squaresEnvironment('javascript', 'list'), rewards: PAID_FOR_TESTS, executor, deadlineSeconds: 5, options: {} }, { seed: 1, problems: 1, width: 1, battery: [cheat('once')] })
    assert.deepEqual([asked, cheats[0]!.outcome], [2, 'unpaid'])
  })

  it('tries nothing where there is no sandbox to try it in', async () => {
    const paying = judge({ '// pays': true })
    const executor: GraderDouble = { run: async (task) => ({ ...(await paying.run(task)), backend: 'unsafe' }) }
    const { golds, cheats } = await redTeam({ environment: squaresEnvironment('javascript', 'list'), rewards: PAID_FOR_TESTS, executor, deadlineSeconds: 5, options: {} }, { seed: 1, problems: 1, width: 1, battery: [cheat('pays')] })
    assert.deepEqual([golds[0]!.paid, cheats[0]!.outcome, cheats[0]!.why], [true, 'untested', 'It does harm on purpose, and there is no sandbox to try it in.'])
  })

  it('stops where not even the solution can be run', async () => {
    await assert.rejects(tried([cheat('x')], { 'numbers.map': null }), (error) => LabError.is(error, 'sandbox/infrastructure') && /lab doctor/.test(error.remedy))
  })

  it('tells how far it is, and keeps the order of the battery', async () => {
    const told: string[] = []
    const battery = ['one', 'two', 'three'].map((name) => cheat(name))
    const { cheats } = await tried(battery, {}, { onProgress: (done, of) => told.push(`${done}/${of}`) })
    assert.deepEqual([told, cheats.map(({ cheat }) => cheat)], [['1/3', '2/3', '3/3'], ['one', 'two', 'three']])
  })

  it('begins no further cheat once it is cancelled', async () => {
    const stop = new AbortController()
    const battery = ['one', 'two', 'three'].map((name) => cheat(name))
    const begun: string[] = []
    const executor: GraderDouble = { run: async (task, { signal } = {}) => {
      if (signal?.aborted) throw new LabError('sandbox', 'sandbox/cancelled', 'cancelled', { remedy: '' })
      const name = /\/\/ (\w+)/.exec(task.files[0]!.text)?.[1]
      if (name) begun.push(name)
      return judge({}).run(task)
    } }
    const running = redTeam({ environment: squaresEnvironment('javascript', 'list'), rewards: PAID_FOR_TESTS, executor, deadlineSeconds: 5, options: {} }, { seed: 1, problems: 1, width: 1, battery, signal: stop.signal, onProgress: () => stop.abort() })
    await assert.rejects(running, (error) => LabError.is(error, 'sandbox/cancelled'))
    assert.deepEqual(begun, ['one'])
  })
})
