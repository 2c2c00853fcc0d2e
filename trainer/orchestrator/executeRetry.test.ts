import assert from 'node:assert/strict'
import type { Engine, Loss, TrainSequence } from '../engines/engine.ts'
import { createFakeEngine } from '../engines/fake/fakeEngine.ts'
import type { Rollout, Segment } from '../protocol/rollout.ts'
import { Rollout as RolloutSchema } from '../protocol/rollout.ts'
import { NewModel } from '../protocol/runFile.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import { isTool_T } from '../protocol/toolTokens.ts'
import type { FakeScript } from '../sandbox/fake/fakeSandbox.ts'
import { PROGRAM_RUN, programParts } from './programs.fixture.ts'
import { ECHO_VOCABULARY, testRun } from './run.fixture.ts'
import { runTrainer } from './runTrainer.ts'

interface Outcome {
  readonly train: Rollout[]
  readonly evaluated: Rollout[]
  readonly executions: number
}

async function run(file: Partial<RunFileInput> = {}, script: FakeScript = {}): Promise<Outcome> {
  const trial = await testRun({ steps: 1, evaluation: { problems: 4, samples: 3, k: [1] }, ...PROGRAM_RUN, ...file })
  const { sandbox, parts: programs } = programParts(script)
  try {
    const { parts, directory } = await trial.open({ parts: programs })
    await runTrainer(parts)
    const [train, evaluated] = await Promise.all((['train', 'evaluation'] as const).map((kind) => directory.rollouts.readStep({ kind, step: kind === 'train' ? 1 : 0 })))
    directory.close()
    return { train: train!, evaluated: evaluated!, executions: sandbox.requests.length }
  } finally {
    trial.remove()
  }
}

const failed = (rollout: Rollout): number => rollout.executions!.filter(({ tests }) => tests.some(({ verdict }) => verdict !== 'pass')).length
const toldIn = ({ segments }: Rollout): string[] => segments[0]!.spans.filter(({ kind }) => kind === 'tool').map(({ from, to }) => segments[0]!.text.slice(from, to))

/** Where the policy's own tokens stand: one range a turn. */
function turnsOf(segment: Segment): { from: number; to: number }[] {
  const tool_T = [...isTool_T(segment), true]
  const starts = segment.tokens.flatMap((_, t) => (!tool_T[t] && (t === 0 || tool_T[t - 1]) ? [t] : []))
  return starts.map((from) => ({ from, to: tool_T.indexOf(true, from) }))
}

/** With the weights that a test run starts from. */
async function startedEngine(): Promise<Engine> {
  const engine = await createFakeEngine()
  await engine.loadModel({ kind: 'new', model: NewModel.parse({ contextLength: 32 }), vocabulary: ECHO_VOCABULARY, seed: 7 })
  return engine
}

const RATIO_LOSS: Loss = { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'token' }], normalisation: { kind: 'tokenMean', denominator: 1 } }

describe('the rollout strategy executeRetry', () => {
  let found: Outcome
  before(async () => {
    found = await run({ problemsPerStep: 16, groupSize: 8, sampling: { maxTokens: 5 }, rewards: [{ name: 'tests' }, { name: 'length', weight: 0 }] })
  })

  it('goes on in the same segment until a program passes or the turns are used up', () => {
    for (const rollout of [...found.train, ...found.evaluated]) {
      assert.deepEqual(RolloutSchema.parse(rollout), rollout)
      const { segments, executions = [], correct } = rollout
      assert.equal(segments.length, 1)
      assert.deepEqual(executions.map(({ turn }) => turn), executions.map((_, i) => i + 1))
      const told = toldIn(rollout)
      const [{ stopReason, text }] = segments as [Segment]
      const withoutProgram = text === '' || text.endsWith('\n')
      if (stopReason !== 'length' && !withoutProgram) assert.ok(correct === true || executions.length === 3, text)
      assert.equal(correct, executions.length === told.length + 1 && failed(rollout) < executions.length)
      assert.ok(told.every((text) => text === `say ${rollout.gold}`))
    }
    const turns = new Set(found.train.map(({ executions }) => executions!.length))
    assert.deepEqual([...turns].sort(), [0, 1, 2, 3])
    assert.ok(found.train.some(({ correct, executions }) => correct && executions!.length > 1))
  })

  it('executes each program once, of training and evaluation alike', () => {
    const recorded = [...found.train, ...found.evaluated].reduce((sum, { executions }) => sum + executions!.length, 0)
    assert.ok(found.executions >= recorded && found.evaluated.some(({ executions }) => executions!.length > 1))
  })

  it('masks what was told, and trains every token that the policy wrote', () => {
    let masked = 0
    for (const { segments, reward } of found.train) {
      const [segment] = segments
      const tool_T = isTool_T(segment!)
      masked += tool_T.filter(Boolean).length
      assert.equal(tool_T.filter(Boolean).length, 2 * toldIn({ segments } as Rollout).length)
      assert.deepEqual(segment!.mask, tool_T.map((tool) => (tool ? 0 : 1)))
      assert.ok(segment!.tokens.every((_, t) => !tool_T[t] || segment!.logprobs[t] === 0) && reward.total !== null)
    }
    assert.ok(masked > 20)
  })

  it('measures length by what the policy wrote, against the room of all its turns', () => {
    const several = found.train.filter((rollout) => toldIn(rollout).length > 0)
    assert.ok(several.length > 10)
    for (const { segments, reward } of several) {
      const tool_T = isTool_T(segments[0]!)
      const { why } = reward.parts.find(({ name }) => name === 'length')!
      const room = 5 * turnsOf(segments[0]!).length
      assert.ok(why.startsWith(`${tool_T.filter((tool) => !tool).length} tokens;`) && why.endsWith(`from ${room}`), `${why} / ${room}`)
    }
  })

  it('samples every turn after all that stands before it', async () => {
    const engine = await startedEngine()
    let later = 0
    for (const { segments } of found.train.filter(({ executions }) => executions!.length > 1)) {
      const [{ samplePrompt, tokens, logprobs }] = segments as [Segment]
      for (const { from, to } of turnsOf(segments[0]!)) {
        const [scored] = await engine.logprobs([{ prompt: [...samplePrompt.tokens, ...tokens.slice(0, from)], completion: tokens.slice(from, to) }])
        for (const [t, logprob] of scored!.logprobs_T.entries()) assert.ok(Math.abs(logprob - logprobs[from + t]!) < 1e-9, `token ${from + t}`)
        later += from > 0 ? 1 : 0
      }
    }
    assert.ok(later > 10)
    await engine.close()
  })

  it('moves weights by what the policy wrote alone: tool tokens leave no gradient, whatever their log-probabilities', async () => {
    const engine = await startedEngine()
    const segment = found.train.find(({ executions }) => executions!.length > 1)!.segments[0]!
    const base = { prompt: segment.samplePrompt.tokens, completion: segment.tokens }
    const gradientOf = async (sequence: Omit<TrainSequence, keyof typeof base>): Promise<Record<string, number[]>> => {
      await engine.forwardBackward([{ ...base, ...sequence }], RATIO_LOSS)
      const gradients = await engine.gradients()
      await engine.optimStep({ name: 'sgd', learningRate: 1e-300, beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0, maxGradNorm: 0 })
      return gradients
    }
    const advantages_T = segment.tokens.map(() => 1)
    const behaviour = (changed: 'tool' | 'written'): number[] => isTool_T(segment).map((tool, t) => segment.logprobs[t]! - (tool === (changed === 'tool') ? 0.1 : 0))
    const masked = await gradientOf({ advantages_T, behaviourLogprobs_T: segment.logprobs, mask_T: segment.mask })
    assert.deepEqual(await gradientOf({ advantages_T, behaviourLogprobs_T: behaviour('tool'), mask_T: segment.mask }), masked)
    assert.deepEqual(await gradientOf({ advantages_T: segment.mask, behaviourLogprobs_T: segment.logprobs }), masked)
    assert.notDeepEqual(await gradientOf({ advantages_T, behaviourLogprobs_T: behaviour('written'), mask_T: segment.mask }), masked)
    assert.notDeepEqual(await gradientOf({ advantages_T, behaviourLogprobs_T: segment.logprobs }), masked)
    await engine.close()
  })

  it('is a plain rollout where a single turn is allowed', async () => {
    const one = await run({ rollouts: { strategy: 'executeRetry', turns: 1 } })
    const plain = await run({ rollouts: { strategy: 'plain' } })
    const facts = ({ segments, executions, correct, reward }: Rollout): unknown => [segments, executions!.map(({ tests }) => tests), correct, reward]
    assert.deepEqual(one.train.map(facts), plain.train.map(facts))
  })

  it('takes a failure of the machine for neither wrong nor something to tell', async () => {
    const { train } = await run({ evaluation: { problems: 1, samples: 1, k: [1], greedy: false } }, { failures: 12 })
    const broken = train.filter(({ executions }) => executions?.some(({ failure }) => failure !== null))
    assert.ok(broken.length > 0)
    for (const rollout of broken) {
      assert.deepEqual([rollout.correct, rollout.reward.total, toldIn(rollout).length], [null, null, rollout.executions!.length - 1])
      assert.ok(rollout.segments[0]!.mask.every((flag) => flag === 0))
    }
  })

  it('ends where the context leaves no room for another turn', async () => {
    const { train } = await run({ problemsPerStep: 8, sampling: { maxTokens: 12 } }, { answer: () => ({ ended: 'value', value: 'never' }) })
    const room = 32 - 12
    for (const { segments } of train) {
      for (const { from } of turnsOf(segments[0]!)) assert.ok(segments[0]!.samplePrompt.tokens.length + from <= room)
    }
    const ended = train.filter(({ executions, segments }) => executions!.length === 2 && segments[0]!.stopReason === 'endOfText')
    assert.ok(ended.length > 0 && ended.every((rollout) => toldIn(rollout).length === 1))
  })

  it('is refused for an environment whose completions are no programs', async () => {
    const trial = await testRun({ rollouts: { strategy: 'executeRetry', turns: 2 } })
    const { parts, directory } = await trial.open()
    await assert.rejects(runTrainer(parts), { code: 'environment/no-programs' })
    directory.close()
    trial.remove()
  })
})
