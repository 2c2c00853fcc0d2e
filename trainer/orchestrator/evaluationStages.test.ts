import assert from 'node:assert/strict'
import type { Environment } from '../environments/environment.ts'
import type { RunEvent } from '../protocol/events.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import type { Summary } from '../protocol/summary.ts'
import { createRunControl } from './cancellation.ts'
import { preferences, rowFiles, steps } from './rowFiles.fixture.ts'
import { echo, testRun } from './run.fixture.ts'
import type { TestRun } from './run.fixture.ts'
import { runTrainer } from './runTrainer.ts'
import type { TrainerParts } from './trainerParts.ts'

const DEMONSTRATED = { name: 'shown', steps: 3, algorithm: { name: 'sft' }, demonstrations: { batchSize: 2 } } as const
const evaluation = { problems: 8, samples: 4, k: [1] }

describe('evaluations of a run of several stages', () => {
  const write = rowFiles()
  let run: TestRun
  afterEach(() => run.remove())

  async function train(file: Partial<RunFileInput>, onEvent?: (event: RunEvent, control: ReturnType<typeof createRunControl>) => void): Promise<Summary> {
    run = await testRun({ evaluation, ...file })
    return go(onEvent)
  }

  async function go(onEvent?: (event: RunEvent, control: ReturnType<typeof createRunControl>) => void, replaced: Partial<TrainerParts> = {}): Promise<Summary> {
    const control = createRunControl()
    const { parts, directory } = await run.open({ onEvent: (event) => onEvent?.(event, control), parts: replaced })
    try {
      return await runTrainer(parts, control)
    } finally {
      directory.close()
    }
  }

  const evaluated = (): string[] => run.events.flatMap((event) => (event.type === 'evaluation' ? [`${event.step} ${event.when}`] : []))

  it('sample alike before and after, so that more room for the answer is no gain', async () => {
    const stages: RunFileInput['stages'] = [{ name: 'short', steps: 1, sampling: { maxTokens: 1 } }, { name: 'long', steps: 1, sampling: { maxTokens: 3 } }]
    const { heldOut, gain } = await train({ stages, optimizer: { name: 'sgd', learningRate: 1e-30 } })
    assert.deepEqual(heldOut.before, heldOut.after)
    assert.ok(heldOut.before!.truncated > 0 && heldOut.before!.meanTokens > 1, JSON.stringify(heldOut.before))
    assert.equal(gain!.value, 0)
  })

  it('look at the policy that becomes a scorer of steps, and tell how well it chooses among that one’s samples', async () => {
    const data = { file: write('steps.jsonl', steps), kind: 'steps', epochs: 20 } as const
    const { heldOut, gain } = await train({ stages: [{ name: 'rl', steps: 20 }, { name: 'prm', algorithm: { name: 'prm' }, data }] })
    const { before, after } = heldOut
    assert.deepEqual(evaluated(), ['0 before', '20 during', '40 after'])
    assert.ok(after!.passAt1.value > before!.passAt1.value + 0.3, JSON.stringify(heldOut))
    assert.ok(after!.rerank && !before!.rerank && gain === undefined)
  })

  it('find the one before training where demonstrations went before it', async () => {
    const data = { file: write('steps.jsonl', steps), kind: 'steps', epochs: 2 } as const
    const { heldOut } = await train({ stages: [DEMONSTRATED, { name: 'prm', algorithm: { name: 'prm' }, data }] })
    assert.deepEqual(evaluated(), ['3 before', '5 after'])
    assert.deepEqual(heldOut.after!.passAt1, heldOut.before!.passAt1)
    assert.ok(heldOut.after!.rerank)
    assert.deepEqual(run.events.filter(({ type }) => type === 'warning'), [])
  })

  it('count as one vote what the environment takes for one answer, in completions that are rescored as well', async () => {
    const data = { file: write('steps.jsonl', steps), kind: 'steps', epochs: 2 } as const
    run = await testRun({ evaluation, stages: [DEMONSTRATED, { name: 'prm', algorithm: { name: 'prm' }, data }] })
    const environment = { ...echo, voteKey: () => 'whatever was said' } as Environment
    const openEnvironment: TrainerParts['openEnvironment'] = ({ options }) => ({ environment, options: echo.options.parse(options) })
    const { heldOut: { after } } = await go(undefined, { openEnvironment })
    assert.ok(after!.rerank && after!.passAt1.value > 0 && after!.passAt1.value < 1)
    // One answer a problem: whatever is chosen is as right as the problem's samples are.
    for (const { value } of [after!.rerank.majority, after!.rerank.weightedMajority]) assert.ok(Math.abs(value - after!.passAt1.value) < 1e-12, JSON.stringify(after))
  })

  it('are all told by a run that was stopped and resumed', async () => {
    const data = { file: write('preferences.jsonl', preferences), kind: 'preferences', batchSize: 4 } as const
    const file: Partial<RunFileInput> = { steps: 8, stages: [DEMONSTRATED, { name: 'dpo', algorithm: { name: 'dpo' }, data }] }
    const whole = await train(file)
    run.remove()
    const stopped = await train(file, (event, control) => event.type === 'stageProgress' && event.stage === 'dpo' && event.done === 3 && control.stop())
    assert.equal(stopped.state, 'stopped')
    const resumed = await go()
    assert.deepEqual(resumed.heldOut, whole.heldOut)
    assert.deepEqual(resumed.gain, whole.gain)
    assert.ok(resumed.gain)
  })
})
