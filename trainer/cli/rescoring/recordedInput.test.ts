import assert from 'node:assert/strict'
import { join } from 'node:path'
import { trainingProblems, heldOutProblems } from '../../orchestrator/problemSource.ts'
import type { StagePlan } from '../../orchestrator/runPlan.ts'
import type { ExecutionRecord } from '../../protocol/execution.ts'
import { execution, testRun } from '../../protocol/execution.fixture.ts'
import { RunFile } from '../../protocol/runFile.ts'
import type { ScoredRollout } from '../../stores/scoredRollouts.ts'
import { compose } from '../compose.ts'
import { recordedInput } from './recordedInput.ts'
import { openRecordedProblems } from './recordedProblems.ts'

const services = compose(join(import.meta.dirname, '../../..'))
const workspace = services.openWorkspace(import.meta.dirname, { trustWorkspace: false, deadlineSeconds: 1 })
const run = RunFile.parse({ model: 'none', seed: 7, environment: { name: 'countdown' }, problemsPerStep: 4, sampling: { maxTokens: 33 }, stages: [{ name: 'rl', sampling: { maxTokens: 44 } }] })

function rollout(over: Partial<ScoredRollout>): ScoredRollout {
  return {
    id: 'r', kind: 'train', stage: 'rl', step: 3, group: 'g', superseded: false, problemId: 'p', environment: 'countdown', params: { size: 3 }, gold: '1', answer: '5', correct: true,
    steps: [{ from: 0, to: 1, ok: true, why: 'recorded' }], reward: { total: 1, parts: [] }, prompt: 'the prompt', completion: 'nonsense', spans: [{ kind: 'answer', from: 0, to: 1 }], tokens: 9, stopReason: 'length', ...over
  }
}

describe('re-scoring: what a reward is given of a recorded rollout', () => {
  after(() => workspace.close())

  it('is the problem that the step drew, with what its grader needs', async () => {
    const opened = await workspace.environment(run.environment!)
    const [drawn] = trainingProblems({ mixture: [{ ...opened, weight: 1 }], problemsPerStep: 4 } as unknown as StagePlan, 7, 3)
    const problems = await openRecordedProblems(run, workspace)
    const found = problems.of(rollout({ problemId: drawn!.problem.id }))
    assert.deepEqual(found?.problem, drawn!.problem)
    assert.equal(problems.of(rollout({ problemId: drawn!.problem.id, step: 4 })), undefined)
    const completion = opened.environment.solution(drawn!.problem)
    const right = recordedInput(rollout({ completion, answer: 'as recorded' }), run, found)
    assert.deepEqual([right.problem, right.verdict.correct, right.verdict.answer, right.rendering.wellFormed, right.truncated, right.maxTokens, right.tokens], [drawn!.problem, true, 'as recorded', true, true, 44, 9])
  })

  it('has the room of all its turns, and the program of the last alone, with what was met in any', () => {
    const tool = { kind: 'tool', from: 3, to: 5 } as const
    const met = { ...execution([testRun('t', 'pass')], { turn: 1 }), signals: [{ kind: 'earlyExit', why: 'left' }] } as ExecutionRecord
    const last = execution([testRun('t', 'wrongValue')], { turn: 2 })
    const read = (executions: ExecutionRecord[]) => recordedInput(rollout({ spans: [tool], executions }), run, undefined)
    assert.equal(read([met, last]).maxTokens, 88)
    assert.deepEqual(read([met, last]).execution, { ...last, signals: met.signals })
    assert.equal(read([met]).execution, undefined)
  })

  it('keeps the verdict that was recorded where the grader would say another thing now', async () => {
    const opened = await workspace.environment(run.environment!)
    const [drawn] = heldOutProblems({ name: 'heldOut', mixture: [{ ...opened, weight: 1 }], problems: run.evaluation.problems }, 7)
    const problems = await openRecordedProblems(run, workspace)
    const found = problems.of(rollout({ kind: 'evaluation', problemId: drawn!.problem.id }))
    assert.equal(found?.problem.id, drawn!.problem.id)
    assert.deepEqual(recordedInput(rollout({}), run, found).verdict, { correct: true, score: 1, answer: '5', why: 'as the run recorded it' })
  })

  it('is what the rollout records where the problem cannot be drawn again', async () => {
    const problems = await openRecordedProblems({ ...run, environment: { name: 'module', path: 'gone.ts', options: {}, weight: 1 } }, workspace)
    assert.equal(problems.of(rollout({})), undefined)
    assert.match(problems.faults.join(), /gone\.ts/)
    const { problem, verdict, steps, rendering } = recordedInput(rollout({ correct: false }), run, undefined)
    assert.deepEqual(problem, { id: 'p', environment: 'countdown', prompt: 'the prompt', params: { size: 3 }, gold: '1' })
    assert.deepEqual([verdict.correct, verdict.score, steps[0]?.why, rendering.spans.length], [false, 0, 'recorded', 1])
  })
})
