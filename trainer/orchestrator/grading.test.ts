import assert from 'node:assert/strict'
import type { Problem } from '../protocol/problem.ts'
import { createExecutor } from '../sandbox/createExecutor.ts'
import type { RewardInput } from '../rewards/reward.ts'
import type { Executor } from '../sandbox/executor.ts'
import { createFakeSandbox } from '../sandbox/fake/fakeSandbox.ts'
import type { FakeSandbox, FakeScript } from '../sandbox/fake/fakeSandbox.ts'
import { gradeCompletion, scoreGraded, verdictOnly } from './grading.ts'
import type { DrawnProblem } from './problemSource.ts'
import { programEcho } from './programs.fixture.ts'
import { echo } from './run.fixture.ts'

const problem: Problem = { id: 'p', environment: 'program-echo', prompt: 'n3 say b', gold: 'b', params: {} }
const drawn: DrawnProblem = { environment: programEcho, problem }

function machine(script: FakeScript = {}): { readonly sandbox: FakeSandbox; readonly executor: Executor } {
  const sandbox = createFakeSandbox({ answer: (_, { files }) => ({ ended: 'value', value: files[0]!.text }), ...script })
  return { sandbox, executor: createExecutor({ sandboxes: [sandbox], retries: 0, concurrency: 1, pauseSeconds: 0 }) }
}

const scoring = { rewards: [{ reward: { name: 'own', description: '', score: () => ({ score: 1, why: 'asked' }) }, weight: 2 }], maxTokens: 3, deadlineSeconds: 9, signal: new AbortController().signal }
const completion = {
  promptIndex: 0, sampleIndex: 0, text: 'b', tokens: [1], tokenEnds_T: [1], logprobs_T: [0], samplingLogprobs_T: [0], entropies_T: [0], stopReason: 'endOfText', seconds: 0
} as const

describe('gradeCompletion', () => {
  it('executes a program once and grades by what it showed', async () => {
    const { executor, sandbox } = machine()
    const [right, wrong] = [await gradeCompletion(drawn, 'b', { executor }), await gradeCompletion(drawn, 'c', { executor })]
    assert.deepEqual([right.found?.verdict.correct, wrong.found?.verdict.correct, sandbox.requests.length], [true, false, 2])
    assert.deepEqual(right.executions?.map(({ tests }) => tests[0]?.verdict), ['pass'])
  })

  it('takes what was executed before as it stands', async () => {
    const { executor, sandbox } = machine()
    const { executions } = await gradeCompletion(drawn, 'b', { executor })
    const again = await gradeCompletion(drawn, 'c', { executor }, executions)
    assert.deepEqual([again.found?.verdict.correct, again.executions, sandbox.requests.length], [true, executions, 1])
  })

  it('gives rewards the program that was graded, with the marks of all turns', async () => {
    const { executor } = machine()
    const { executions } = await gradeCompletion(drawn, 'b', { executor })
    const first = { ...executions![0]!, signals: [{ kind: 'earlyExit' as const, why: 'it left' }] }
    const told: unknown[] = []
    const rewards = [{ weight: 1, reward: { name: 'own', score: ({ execution }: RewardInput) => (told.push([execution?.turn, execution?.signals.length]), { score: 0, why: '' }) } }]
    const turns = [{ from: 0, to: 1 }, { from: 1, to: 1 }]
    for (const executed of [[first], [first, { ...first, turn: 2 }]]) {
      const graded = await gradeCompletion({ ...drawn, turns }, ' ', { executor }, executed)
      await scoreGraded(drawn, completion, graded, { ...scoring, rewards })
    }
    assert.deepEqual(told, [[undefined, undefined], [2, 2]], 'a last turn without a program was graded by none')
  })

  it('runs nothing where there is no program, and nothing of other environments', async () => {
    const { executor, sandbox } = machine()
    assert.deepEqual((await gradeCompletion(drawn, ' ', { executor })).found?.verdict.correct, false)
    const plain = await gradeCompletion({ environment: echo as never, problem }, 'b', { executor })
    assert.deepEqual([plain.found?.verdict.correct, plain.executions, sandbox.requests.length], [true, undefined, 0])
  })

  it('takes a failure of the machine for no verdict, with what there is to record', async () => {
    const { executor } = machine({ failures: 1 })
    const graded = await gradeCompletion(drawn, 'b', { executor })
    assert.deepEqual([graded.found, graded.failure, graded.errors], [null, 'The scripted machine failed.', [{ boundary: 'sandbox', message: 'The scripted machine failed.' }]])
    const { answer, correct, reward, executions } = await scoreGraded(drawn, completion, graded, scoring)
    assert.deepEqual([answer, correct, reward], [null, null, { total: null, parts: [{ name: 'own', score: null, weight: 2, why: 'The scripted machine failed.' }] }])
    assert.deepEqual(executions, graded.executions)
    assert.equal(verdictOnly(graded).reward.total, null)
  })

  it('says whose failure it was where there is nothing to run programs, or the environment throws', async () => {
    assert.deepEqual((await gradeCompletion(drawn, 'b', {})).errors.map(({ boundary }) => boundary), ['sandbox'])
    const broken: DrawnProblem = { problem, environment: { ...programEcho, grade: () => { throw new Error('broken') } } }
    assert.deepEqual((await gradeCompletion(broken, 'b', machine())).errors, [{ boundary: 'environment', message: 'program-echo: broken' }])
  })

  it('has no verdict on what was cancelled', async () => {
    const stop = new AbortController()
    const { executor } = machine({ answer: () => new Promise<never>(() => setImmediate(() => stop.abort())) })
    const graded = await gradeCompletion(drawn, 'b', { executor, signal: stop.signal })
    assert.deepEqual([graded.found, graded.executions, graded.errors[0]?.boundary], [null, undefined, 'sandbox'])
  })

  it('shows rewards what was executed', async () => {
    const graded = await gradeCompletion(drawn, 'b', machine())
    const seen: unknown[] = []
    const watching = { name: 'watching', description: '', score: ({ execution }: { execution?: unknown }) => (seen.push(execution), { score: 1, why: '' }) }
    await scoreGraded(drawn, completion, graded, { ...scoring, rewards: [{ reward: watching, weight: 1 }] })
    assert.deepEqual(seen, [graded.executions?.[0]])
  })
})
