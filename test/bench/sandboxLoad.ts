import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Limits } from '../../trainer/protocol/execution.ts'
import type { CommandRequest, ExecutionOutcome, ExecutionRequest, Sandbox } from '../../trainer/sandbox/sandbox.ts'

/** Candidates that were executed one after another by as many as the machine has cores. */
export interface Load {
  /** Of the wall. */
  readonly seconds: number
  readonly outcomes: readonly ExecutionOutcome[]
}

const ADD: Readonly<Record<'python' | 'javascript', string>> = {
  python: 'def add(a, b):\n    return a + b\n', javascript: 'export function add(a, b) {\n  return a + b\n}\n'
}

/** Adds two numbers in each of its tests. */
export const adding = (language: 'python' | 'javascript', tests: number): ExecutionRequest => ({
  language, files: [{ path: language === 'python' ? 'add.py' : 'add.mjs', text: ADD[language] }], limits: Limits.parse({}),
  calls: Array.from({ length: tests }, (_, i) => ({ style: 'call', function: 'add', args: [i, 1] }))
})

/** All at once, as a batch of rollouts is. */
export async function batch(sandbox: Sandbox, request: ExecutionRequest, count: number): Promise<Load> {
  const began = performance.now()
  const outcomes = await Promise.all(Array.from({ length: count }, () => sandbox.execute(request)))
  const seconds = (performance.now() - began) / 1000
  const wrong = outcomes.flatMap(({ calls }) => calls.filter(({ end }, i) => end.ended !== 'value' || end.value !== i + 1))
  if (wrong.length > 0) throw new Error(`${wrong.length} calls went wrong, the first: ${JSON.stringify(wrong[0])}`)
  return { seconds, outcomes }
}

/** The same tests in a Python that is started in a sandbox for each candidate. Seconds of the wall for all. */
export async function freshProcesses(sandbox: Sandbox, tests: number, count: number, width: number, scratch: string): Promise<number> {
  const program = `${ADD.python}import json\nprint(json.dumps([add(i, 1) for i in range(${tests})]))\n`
  const expected = JSON.stringify(Array.from({ length: tests }, (_, i) => i + 1))
  let left = count
  const work = async (): Promise<void> => {
    while (left-- > 0) {
      const folder = mkdtempSync(join(scratch, 'candidate-'))
      writeFileSync(join(folder, 'add.py'), program)
      const { stdout, stderr } = await sandbox.run!(command(folder))
      if (stdout.replaceAll(' ', '').trim() !== expected.replaceAll(' ', '')) throw new Error(`a fresh process answered ${stdout}${stderr}`)
      rmSync(folder, { recursive: true })
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: width }, work))
  return (performance.now() - began) / 1000
}

const command = (folder: string): CommandRequest => ({ command: ['python3', '-I', 'add.py'], folder, readable: [], environment: {}, limits: Limits.parse({}) })

export interface Recovery {
  /** Until as many came back a second as before. */
  readonly seconds: number
  /** What failed meanwhile. */
  readonly lost: number
  readonly perSecondBefore: number
}

/** What a disturbance costs those who ask `width` at a time, over and over. It is over when `disturb` resolves. */
export async function recovery(ask: () => Promise<unknown>, disturb: () => unknown, width: number): Promise<Recovery> {
  const ends: number[] = []
  let lost = 0
  let over = false
  const work = async (): Promise<void> => {
    while (!over) {
      await ask().then(() => ends.push(performance.now()), () => { lost++ })
    }
  }
  const working = Promise.all(Array.from({ length: width }, work))
  const within = (from: number, to: number): number => ends.filter((end) => end >= from && end < to).length * 1000 / (to - from)
  await pause(STEADY_MS)
  const began = performance.now()
  const perSecondBefore = within(began - STEADY_MS / 2, began)
  await disturb()
  const disturbed = performance.now()
  let now = disturbed
  do {
    await pause(WINDOW_MS)
    now = performance.now()
  } while (within(now - WINDOW_MS, now) < RECOVERED * perSecondBefore && now - disturbed < 60_000)
  over = true
  await working
  return { seconds: (now - disturbed) / 1000, lost, perSecondBefore }
}

const STEADY_MS = 2000
const WINDOW_MS = 250
/** Share of the rate before at which it counts as back. */
const RECOVERED = 0.9

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
