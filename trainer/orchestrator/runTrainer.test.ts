import assert from 'node:assert/strict'
import { LabError } from '../errors.ts'
import type { Environment } from '../environments/environment.ts'
import type { RunEvent } from '../protocol/events.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import type { Summary } from '../protocol/summary.ts'
import { failingOps } from '../stores/faults.ts'
import { runTrainer } from './runTrainer.ts'
import { echo, testRun } from './run.fixture.ts'
import type { TestOptions, TestRun } from './run.fixture.ts'

const brief = (event: RunEvent): string => {
  switch (event.type) {
    case 'stageStarted': return `${event.step} stageStarted ${event.stage} of ${event.steps}`
    case 'stageProgress': return `${event.step} stageProgress ${event.done}/${event.of}`
    case 'evaluation': return `${event.step} evaluation ${event.when} ${event.name}`
    case 'warning': return `${event.step} warning ${event.code}`
    case 'runFinished': return `${event.step} runFinished ${event.state}`
    case 'runFailed': return `${event.step} runFailed ${event.code}`
    default: return `${event.step} ${event.type}`
  }
}

describe('runTrainer', () => {
  let run: TestRun
  afterEach(() => run.remove())

  async function train(file: Partial<RunFileInput>, options: TestOptions = {}): Promise<Summary> {
    run = await testRun(file)
    const { parts, directory } = await run.open(options)
    try {
      return await runTrainer(parts)
    } finally {
      directory.close()
    }
  }

  async function failure(file: Partial<RunFileInput>, options: TestOptions = {}): Promise<LabError> {
    try {
      await train(file, options)
    } catch (error) {
      assert.ok(error instanceof LabError)
      return error
    }
    throw new assert.AssertionError({ message: 'the run was expected to fail' })
  }

  it('lifts held-out pass@1 on a policy that can learn', async () => {
    const summary = await train({ steps: 30 })
    assert.equal(summary.state, 'finished')
    assert.ok(summary.heldOut.before!.passAt1.value < 0.3, `before ${summary.heldOut.before!.passAt1.value}`)
    assert.ok(summary.heldOut.after!.passAt1.value > 0.8, `after ${summary.heldOut.after!.passAt1.value}`)
    assert.ok(summary.gain!.low > 0)
    assert.equal(summary.cost.rollouts, 30 * 24)
  })

  it('evaluates nothing where no problems are held out', async () => {
    const summary = await train({ steps: 2, evaluation: { problems: 0, every: 1 } })
    assert.deepEqual([summary.state, summary.heldOut, summary.gain], ['finished', {}, undefined])
    assert.deepEqual(run.events.filter(({ type }) => type === 'evaluation' || type === 'warning'), [])
  })

  it('learns nothing from the verdicts of other rollouts', async () => {
    const summary = await train({ steps: 30, rewards: [{ name: 'shuffled' }] })
    assert.ok(summary.heldOut.after!.passAt1.value < 0.6, `after ${summary.heldOut.after!.passAt1.value}`)
  })

  it('tells what happens in this order', async () => {
    const stages: RunFileInput['stages'] = [{ name: 'sft', steps: 2, algorithm: { name: 'sft' }, demonstrations: { batchSize: 4 } }, { name: 'rl' }]
    await train({ steps: 3, stages, evaluation: { problems: 2, samples: 1, k: [1], every: 2 }, filter: { dropZeroVariance: false } })
    assert.deepEqual(run.events.map(brief), [
      '0 runStarted',
      '0 stageStarted sft of 2',
      '0 checkpointSaved',
      '0 stageProgress 1/2',
      '0 stageProgress 2/2',
      '0 stageStarted rl of 3',
      '0 checkpointSaved',
      '0 evaluation before heldOut',
      '0 rolloutShown',
      '1 stepStarted',
      '1 stepFinished',
      '2 stepStarted',
      '2 stepFinished',
      '2 checkpointSaved',
      '2 evaluation during heldOut',
      '2 rolloutShown',
      '3 stepStarted',
      '3 stepFinished',
      '3 checkpointSaved',
      '3 evaluation after heldOut',
      '3 rolloutShown',
      '3 modelExported',
      '3 runFinished finished'
    ])
  })

  it('tells once what an environment says about its data', async () => {
    const environment: Environment = { ...(echo as Environment), notices: ['2 lines were left out'] }
    const open = { environment, options: { words: 4 } }
    await train({ steps: 1, evaluation: { problems: 2, samples: 1, k: [1], retention: [{ name: 'again', environment: { name: 'echo' }, problems: 1 }] } },
      { parts: { openEnvironment: () => open } })
    assert.deepEqual(run.events.flatMap((event) => (event.type === 'warning' && event.code === 'environment/notice' ? [event.message] : [])), ['2 lines were left out'])
  })

  it('shows the same held-out problem every time', async () => {
    await train({ steps: 6 })
    const shown = run.events.flatMap((event) => (event.type === 'rolloutShown' ? [event.problem] : []))
    assert.equal(shown.length, 3)
    assert.equal(new Set(shown).size, 1)
  })

  it('evaluates retention sets before and after', async () => {
    const retention = [{ name: 'two words', environment: { name: 'echo', options: { words: 2 } }, problems: 4 }]
    const summary = await train({ steps: 1, evaluation: { problems: 4, samples: 2, k: [1], retention } })
    assert.deepEqual(Object.keys(summary.retention), ['two words'])
    assert.equal(summary.retention['two words']!.before!.problems, 4)
    assert.ok(summary.retention['two words']!.after!.stepTruth)
  })

  it('makes no update where every group was dropped, and says so', async () => {
    await train({ steps: 1, filter: { accuracyLow: 1, dropAllRight: true } })
    assert.ok(run.events.map(brief).includes('1 warning step/no-update'))
    const { directory } = await run.open()
    const [first, last] = directory.checkpoints.list()
    directory.close()
    assert.equal(last!.checkpoint.policyVersion, 0)
    assert.equal(last!.checkpoint.step, 1)
    assert.deepEqual(first!.checkpoint.files['fake-model.json'], last!.checkpoint.files['fake-model.json'])
  })

  it('refuses an engine that lacks what the run needs, before sampling', async () => {
    const lacking = { engine: () => ({ capabilities: ['sample', 'save', 'snapshot', 'policyGradient'] as const }) }
    const error = await failure({ regulariser: { kl: { coefficient: 0.1 } } }, lacking)
    assert.equal(error.code, 'engine/missing-capability')
    assert.match(error.message, /klToReference/)
    assert.ok(!run.events.some(({ type }) => type === 'stepStarted' || type === 'evaluation'))
  })

  it('names the problem whose prompt leaves no room for the completion', async () => {
    const error = await failure({ sampling: { maxTokens: 30 } })
    assert.equal(error.code, 'environment/prompt-too-long')
    assert.match(error.message, /Problem n\d-say-[a-d] of echo has 3 prompt tokens; with 30/)
  })

  it('stops at the step whose gradient is not finite and keeps the last checkpoint', async () => {
    const error = await failure({ steps: 6 }, { engine: () => ({ failures: (verb, count) => (verb === 'optimStep' && count === 4 ? 'notFinite' : undefined) }) })
    assert.equal(error.code, 'engine/not-finite')
    assert.match(error.message, /after RL step 3.*tensor previous/)
    assert.equal(run.events.at(-1)!.type, 'runFailed')
    const { directory } = await run.open()
    assert.equal(directory.state.read()!.status, 'failed')
    assert.equal((await directory.checkpoints.latestWhole())!.checkpoint.step, 2)
    directory.close()
  })

  it('goes on where an old checkpoint cannot be deleted, and says so', async () => {
    const summary = await train({ steps: 6 }, { ops: failingOps('removeFolder', 'ENOTEMPTY', () => true) })
    assert.equal(summary.state, 'finished')
    const warnings = run.events.flatMap((event) => (event.type === 'warning' ? [`${event.code}: ${event.message}`] : []))
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]!, /^held-open: An old checkpoint was not deleted: .*deleting-step-000000: another program has it/)
  })

  it('masks rollouts whose reward fails and goes on', async () => {
    let calls = 0
    const flaky = {
      name: 'answer',
      score: () => {
        if (calls++ % 3 === 0) throw new Error('executor lost')
        return { score: calls % 2, why: 'parity of the call' }
      }
    }
    await train({ steps: 2 }, { parts: { openReward: () => flaky } })
    const { directory } = await run.open()
    const rows = (await directory.rollouts.readStep({ kind: 'train', step: 1 }))!
    directory.close()
    const lost = rows.filter(({ reward }) => reward.total === null)
    assert.equal(lost.length, 8)
    for (const row of lost) {
      assert.deepEqual(row.errors, [{ boundary: 'reward', message: 'answer: executor lost' }])
      assert.ok(row.segments[0]!.mask.every((flag) => flag === 0))
    }
    const finished = run.events.find((event) => event.type === 'stepFinished')
    assert.equal(finished?.type === 'stepFinished' && finished.metrics['rollouts/notScorable'], 8)
  })

  it('goes on where a grader fails on everything, without figures, and says so', async () => {
    const failing = { ...echo, grade: () => { throw new Error('no grader today') } } as unknown as Environment
    const summary = await train({ steps: 1 }, { parts: { openEnvironment: () => ({ environment: failing, options: { words: 4 } }) } })
    assert.deepEqual(summary.heldOut, {})
    const warnings = run.events.flatMap((event) => (event.type === 'warning' ? [event.code] : []))
    assert.deepEqual(warnings, ['evaluation/nothing-scorable', 'step/no-update', 'evaluation/nothing-scorable'])
    const { directory } = await run.open()
    const [row] = (await directory.rollouts.readStep({ kind: 'train', step: 1 }))!
    directory.close()
    assert.equal(row!.reward.total, null)
    assert.deepEqual(row!.errors, [{ boundary: 'environment', message: 'echo: no grader today' }])
  })
})
