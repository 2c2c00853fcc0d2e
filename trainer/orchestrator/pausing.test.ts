import assert from 'node:assert/strict'
import type { PartialText, RecordedNotice } from '../protocol/control.ts'
import type { RunEvent } from '../protocol/events.ts'
import type { RunState } from '../protocol/runState.ts'
import { createRunControl } from './cancellation.ts'
import type { RunControl } from './cancellation.ts'
import { testRun } from './run.fixture.ts'
import type { TestOptions, TestRun } from './run.fixture.ts'
import { runTrainer } from './runTrainer.ts'

describe('a run that is paused and watched', () => {
  let run: TestRun
  afterEach(() => run.remove())

  const start = async (control: RunControl, options: TestOptions): Promise<void> => {
    const { parts, directory } = await run.open(options)
    try {
      await runTrainer(parts, control)
    } finally {
      directory.close()
    }
  }
  const types = (): string[] => run.events.map(({ type }) => type)

  it('waits between two steps with a checkpoint, goes on, and counts no time of the pause', async () => {
    run = await testRun()
    const control = createRunControl()
    let seconds = 0
    const states: RunState[] = []
    await start(control, {
      parts: { clock: { now: () => new Date(0), seconds: () => seconds }, live: { state: (state) => states.push(state), recorded: () => undefined, partial: () => undefined, wantsPartial: () => false } },
      onEvent: (event) => {
        if (event.type === 'stepFinished' && event.step === 2) control.pause()
        if (event.type === 'stepFinished') seconds += 10
        if (event.type !== 'runPaused') return
        seconds += 1000
        setImmediate(() => control.continue())
      }
    })
    const told = types()
    const paused = told.indexOf('runPaused')
    assert.deepEqual(told.slice(paused - 2, paused + 2).filter((type) => type !== 'rolloutShown'), ['stepFinished', 'checkpointSaved', 'runPaused', 'runContinued'])
    assert.equal(told.at(-1), 'runFinished')
    assert.deepEqual(states.map(({ status }) => status).filter((status, i, all) => status !== all[i - 1]), ['running', 'paused', 'running', 'finished'])
    assert.equal(states.at(-1)?.seconds, 60)
  })

  for (const [what, isThere, missing] of [
    ['before the last evaluation', (event: RunEvent) => event.type === 'stepFinished' && event.step === 6, ['after', 'modelExported']],
    ['after the last evaluation', (event: RunEvent) => event.type === 'evaluation' && event.when === 'after', ['modelExported']]
  ] as const) {
    it(`pauses and stops ${what} too, and ends as if it had not`, async () => {
      run = await testRun()
      const ends = (): string[] => run.events.flatMap((event) => (event.type === 'evaluation' && event.when === 'after' ? ['after'] : event.type === 'modelExported' ? ['modelExported'] : []))
      const control = createRunControl()
      await start(control, {
        onEvent: (event) => {
          if (isThere(event)) control.pause()
          if (event.type === 'runPaused') setImmediate(() => control.stop())
        }
      })
      const last = run.events.at(-1)
      assert.deepEqual([types().filter((type) => type === 'runPaused').length, last?.type === 'runFinished' && last.state], [1, 'stopped'])
      assert.deepEqual(['after', 'modelExported'].filter((end) => !ends().includes(end)), missing)
      await start(createRunControl(), {})
      const end = run.events.at(-1)
      assert.deepEqual([end?.type === 'runFinished' && end.state, ends()], ['finished', ['after', 'modelExported']])
      const { gain, heldOut } = end?.type === 'runFinished' ? end.summary : assert.fail()
      assert.ok(gain && heldOut.after)
    })
  }

  it('sees in the end of a run that it is to stop now, also while rollouts are compacted', async () => {
    run = await testRun({ steps: 1 })
    const control = createRunControl()
    const { parts, directory } = await run.open()
    directory.rollouts.compact = async () => { control.stopNow(); return 0 }
    const summary = await runTrainer(parts, control)
    directory.close()
    assert.deepEqual([summary.state, types().includes('modelExported')], ['stopped', false])
  })

  it('stops while it is paused, and is not paused by a request that comes too late', async () => {
    run = await testRun()
    const control = createRunControl()
    await start(control, {
      onEvent: ({ type, step }) => {
        if (type === 'stepFinished' && step === 2) control.pause()
        if (type !== 'runPaused') return
        setImmediate(() => {
          control.stop()
          control.pause()
        })
      }
    })
    assert.equal(types().filter((type) => type === 'runPaused').length, 1)
    assert.equal(types().includes('runContinued'), false)
    const last = run.events.at(-1)
    assert.equal(last?.type === 'runFinished' && last.state, 'stopped')
  })

  it('is running from the moment it goes on, whatever its last go came to', async () => {
    run = await testRun()
    const first = createRunControl()
    await start(first, { onEvent: ({ type, step }) => { if (type === 'stepFinished' && step === 2) first.stop() } })
    const states: RunState[] = []
    const told = run.events.length
    let before: number | undefined
    await start(createRunControl(), {
      parts: { live: { state: (state) => { states.push(state) }, recorded: () => undefined, partial: () => undefined, wantsPartial: () => false } },
      onEvent: ({ type }) => { if (type === 'stepStarted') before ??= states.length }
    })
    assert.equal(run.events[told]?.type, 'runStarted')
    assert.deepEqual([before, states[0]?.status, states[0]?.step], [1, 'running', 2])
  })

  it('tells of each rollout as it is recorded, and texts only where somebody wants them', async () => {
    run = await testRun({ steps: 2 })
    const recorded: RecordedNotice[] = []
    const partials: PartialText[] = []
    let wanted = false
    let seconds = 0
    await start(createRunControl(), {
      parts: {
        clock: { now: () => new Date(0), seconds: () => (seconds += 1) },
        live: { state: () => undefined, recorded: (notice) => recorded.push(notice), partial: (text) => partials.push(text), wantsPartial: () => wanted }
      },
      engine: () => ({ chunkTokens: 1 }),
      onEvent: ({ type, step }) => {
        if (type === 'stepFinished' && step === 1) wanted = true
      }
    })
    const ofStep = (step: number): number[] => recorded.filter((notice) => notice.kind === 'train' && notice.step === step).map(({ rollouts }) => rollouts)
    assert.deepEqual([ofStep(1), ofStep(2)], [1, 2].map(() => Array.from({ length: 24 }, (_, i) => i + 1)))
    assert.ok(partials.length > 0)
    assert.deepEqual(partials.filter(({ kind, step }) => kind === 'train' && step === 1), [])
    const texts = new Map<string, string>()
    for (const { step, group, sampleIndex, text } of partials) {
      const key = `${step} ${group} ${sampleIndex}`
      assert.ok(text.startsWith(texts.get(key) ?? ''))
      texts.set(key, text)
    }
  })
})
