import assert from 'node:assert/strict'
import type { RunEvent } from '../../trainer/protocol/events.ts'
import type { DiagnosisFinding } from '../../trainer/protocol/runViews.ts'
import type { GuardStatus } from '../../webviews/protocol/dashboard.ts'
import { guardChecks } from './checkGuard.ts'
import type { CheckGuardParts } from './checkGuard.ts'

const RUN = '/runs/a'
const finding = (check: string, state: DiagnosisFinding['state']): DiagnosisFinding => ({ check, title: `Check ${check}`, state, evidence: `${check} is 9`, advice: '', metrics: [] })
const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

/** A trainer and a query process whose findings the test sets. */
function host(memory = new Map<string, unknown>()) {
  const state = { findings: [] as DiagnosisFinding[], role: 'steering', connection: 'attached', paused: [] as string[], changed: (): void => undefined, tell: (_: { directory: string; event: RunEvent }): void => undefined }
  const parts = {
    trainers: {
      get live() {
        return [{ directory: RUN, role: state.role, connection: state.connection }]
      },
      onEvent: (listener: typeof state.tell) => ((state.tell = listener), { dispose: () => undefined }),
      onDidChange: (listener: typeof state.changed) => ((state.changed = listener), { dispose: () => undefined }),
      pause: (run: string) => Promise.resolve(void state.paused.push(run))
    },
    queries: { ask: () => Promise.resolve(state.findings) },
    memento: { get: (key: string) => memory.get(key), update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)) },
    log: () => undefined, leastMs: 0
  } as unknown as CheckGuardParts
  const guard = guardChecks(parts)
  const step = async (number: number, type = 'stepFinished') => {
    state.tell({ directory: RUN, event: { version: 1, at: '', step: number, type, stage: 'rl', metrics: {} } as RunEvent })
    await settle()
  }
  return { state, guard, step, memory }
}

describe('guardChecks', () => {
  it('does nothing unless asked to', async () => {
    const { state, guard, step } = host()
    state.findings = [finding('entropy', 'bad')]
    await step(1)
    assert.deepEqual([state.paused, guard.status(RUN)], [[], { run: RUN, on: false }])
  })

  it('pauses when a check turns bad, and says which', async () => {
    const { state, guard, step } = host()
    const told: GuardStatus[] = []
    guard.onDidChange((status) => told.push(status))
    await guard.set(RUN, true)
    state.findings = [finding('entropy', 'warn'), finding('format', 'ok')]
    await step(1)
    assert.deepEqual(state.paused, [])
    state.findings = [finding('entropy', 'bad'), finding('format', 'ok')]
    await step(2)
    assert.deepEqual(state.paused, [RUN])
    assert.deepEqual(told.at(-1), { run: RUN, on: true, paused: { step: 2, checks: [{ title: 'Check entropy', evidence: 'entropy is 9' }] } })
  })

  it('lets people go on: not again for the same check until it was better in between', async () => {
    const { state, guard, step } = host()
    await guard.set(RUN, true)
    state.findings = [finding('entropy', 'bad')]
    await step(1)
    await step(2, 'runContinued')
    assert.equal(guard.status(RUN).paused, undefined)
    await step(2)
    assert.equal(state.paused.length, 1)
    state.findings = [finding('entropy', 'bad'), finding('format', 'bad')]
    await step(3)
    assert.equal(state.paused.length, 2)
    state.findings = []
    await step(4)
    state.findings = [finding('entropy', 'bad')]
    await step(5)
    assert.equal(state.paused.length, 3)
  })

  for (const [how, events] of [
    ['is stopped', ['runFinished']], ['fails', ['runFailed']], ['is stopped and resumed', ['runFinished', 'runStarted', 'stepStarted']], ['is resumed by another window', ['runStarted']],
    ['goes on, though nobody told so', ['stepFinished']]
  ] as const) {
    it(`is no longer said to pause once the run ${how}`, async () => {
      const { state, guard, step } = host()
      const told: GuardStatus[] = []
      guard.onDidChange((status) => told.push(status))
      await guard.set(RUN, true)
      state.findings = [finding('entropy', 'bad')]
      await step(1)
      await step(1, 'runPaused')
      assert.ok(guard.status(RUN).paused)
      for (const type of events) await step(2, type)
      assert.deepEqual([guard.status(RUN).paused, told.at(-1)], [undefined, { run: RUN, on: true }])
    })
  }

  it('is no longer said to pause once the trainer was killed', async () => {
    const { state, guard, step } = host()
    await guard.set(RUN, true)
    state.findings = [finding('entropy', 'bad')]
    await step(1)
    state.changed()
    assert.ok(guard.status(RUN).paused)
    state.connection = 'lost'
    state.changed()
    assert.equal(guard.status(RUN).paused, undefined)
  })

  it('is said to pause while the step that was begun before is ended', async () => {
    const { state, guard, step } = host()
    await guard.set(RUN, true)
    state.findings = [finding('entropy', 'bad')]
    await step(1)
    for (const type of ['stepStarted', 'rolloutShown', 'stepFinished', 'checkpointSaved', 'runPaused', 'warning']) await step(2, type)
    assert.equal(guard.status(RUN).paused?.step, 1)
  })

  it('is kept over a reload of the window, and ends when switched off', async () => {
    const first = host()
    await first.guard.set(RUN, true)
    first.state.findings = [finding('entropy', 'bad')]
    await first.step(1)
    const second = host(first.memory)
    assert.equal(second.guard.status(RUN).on, true)
    second.state.findings = first.state.findings
    await second.step(2)
    assert.deepEqual(second.state.paused, [])
    await second.guard.set(RUN, false)
    second.state.findings = [finding('format', 'bad')]
    await second.step(3)
    assert.deepEqual(second.state.paused, [])
  })

  it('leaves it to the window that steers', async () => {
    const { state, guard, step } = host()
    state.role = 'watching'
    await guard.set(RUN, true)
    state.findings = [finding('entropy', 'bad')]
    await step(1)
    assert.deepEqual(state.paused, [])
  })
})
