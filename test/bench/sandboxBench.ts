import { availableParallelism } from 'node:os'
import { bubblewrapBackend } from '../../trainer/sandbox/bubblewrap/bubblewrapBackend.ts'
import { findPython } from '../../trainer/sandbox/python/findPython.ts'
import { quickjsBackend } from '../../trainer/sandbox/quickjs/quickjsBackend.ts'
import type { Sandbox, SandboxBackend } from '../../trainer/sandbox/sandbox.ts'
import { median } from './arms.ts'
import { figure, leftOut } from './bench.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'
import { adding, batch, freshProcesses } from './sandboxLoad.ts'
import type { Recovery } from './sandboxLoad.ts'
import { disturb, recoveryRows, WHAT_RECOVERS } from './sandboxRecovery.ts'

const TESTS = 8
const BATCH = 512
const FRESH = 40
const QUICKJS_BATCH = 2000
const BARS = { overhead: 10, perSecond: 700, tail: 3, quickjs: 3000 }
const WHAT = {
  overhead: `core time of a Python candidate with ${TESTS} tests, pooled bubblewrap against a sandbox started for each`,
  bare: `the same against bubblewrap and Python started for each, all ${TESTS} tests in that process, none watched by itself`,
  perSecond: 'trivial Python candidates a second, bubblewrap', tail: `p99 of the execution times of ${BATCH} candidates at once, by their median`,
  quickjs: 'trivial JavaScript candidates a second, quickjs'
}
const cores = availableParallelism()

interface Part {
  readonly rows: readonly BenchRow[]
  readonly raw: unknown
}

/** What executing a candidate costs: pooled and not, in numbers, at once, and after a worker was killed. */
export async function sandboxBench({ rounds = 5, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const python = await withSandbox(bubblewrapBackend(), (sandbox) => pythonPart(sandbox, rounds, scratch, report), [WHAT.overhead, WHAT.bare, WHAT.perSecond, WHAT.tail, ...Object.values(WHAT_RECOVERS)])
  const javascript = await withSandbox(quickjsBackend(), (sandbox) => quickjsPart(sandbox, rounds, report), [WHAT.quickjs])
  return {
    rows: [...python.rows, ...javascript.rows], raw: { cores, bubblewrap: python.raw, quickjs: javascript.raw }, commands: ['npm run bench -- sandbox'],
    definitions: [
      `Core time of an execution: seconds of the wall × ${cores} cores ÷ executions, ${cores + 1} of ours and ${cores} of the others going on at a time; the trainer’s share is in it. The candidate’s own is some microseconds and is not taken off. A sandbox started for each is the same one with the same limits, its worker not warm.`,
      'A batch of each kind goes ahead, so that what is measured is a pool that serves.',
      'Execution time: from the hand-over to a worker to its answer; the queue is left out.',
      'Throughput is back once a window of 250 ms has 90 % of the rate before. Killed (-9) are one worker’s outermost process; where memory ends, all that offer themselves to the kernel (oom_score_adj 1000): candidates and the processes that fork them, of all workers at once. A reward that hangs has a deadline of a second.'
    ],
    versions: { Python: (await findPython())?.version ?? 'none' }
  }
}

async function withSandbox(backend: SandboxBackend, measure: (sandbox: Sandbox) => Promise<Part>, whats: readonly string[]): Promise<Part> {
  const { works, detail } = await backend.probe()
  if (!works) return { rows: whats.map((what) => leftOut(what, '–', `${backend.name}: ${detail}`)), raw: null }
  const sandbox = await backend.open()
  try {
    return await measure(sandbox)
  } finally {
    await sandbox.close()
  }
}

async function pythonPart(sandbox: Sandbox, rounds: number, scratch: string, report: (line: string) => void): Promise<Part> {
  const [eight, one] = [adding('python', TESTS), adding('python', 1)]
  for (const request of [eight, one]) await batch(sandbox, request, BATCH)
  const raw = { pooledMs: [] as number[], bareMs: [] as number[], freshMs: [] as number[], perSecond: [] as number[], tails: [] as number[], worker: [] as Recovery[], memory: [] as Recovery[], hung: [] as Recovery[] }
  for (let round = 0; round < rounds; round++) {
    raw.pooledMs.push((await batch(sandbox, eight, BATCH)).seconds * cores * 1000 / BATCH)
    raw.freshMs.push(await startedForEach(eight))
    raw.bareMs.push((await freshProcesses(sandbox, TESTS, FRESH, cores, scratch)) * cores * 1000 / FRESH)
    const trivial = await batch(sandbox, one, BATCH)
    raw.perSecond.push(BATCH / trivial.seconds)
    raw.tails.push(tailOf(trivial.outcomes.map(({ seconds }) => seconds)))
    const { worker, memory, hung } = await disturb(sandbox, cores)
    raw.worker.push(worker)
    raw.memory.push(memory)
    raw.hung.push(hung)
    report(`sandbox: pooled ${figure(raw.pooledMs[round]!)} ms, fresh ${figure(raw.freshMs[round]!)} ms, bare ${figure(raw.bareMs[round]!)} ms, ${figure(raw.perSecond[round]!)}/s, p99 ${raw.tails[round]!.toFixed(2)} × median, back after ${[worker, memory, hung].map(({ seconds }) => figure(seconds)).join(', ')} s`)
  }
  const milliseconds = { pooled: median(raw.pooledMs), fresh: median(raw.freshMs), bare: median(raw.bareMs) }
  return { raw, rows: [...pythonRows(milliseconds, median(raw.perSecond), median(raw.tails)), ...recoveryRows(raw)] }
}

/** Milliseconds of core time where each candidate has a sandbox started for it alone. */
async function startedForEach(request: ReturnType<typeof adding>): Promise<number> {
  const sandbox = await bubblewrapBackend({ warm: false }).open()
  try {
    await batch(sandbox, request, cores)
    return (await batch(sandbox, request, FRESH)).seconds * cores * 1000 / FRESH
  } finally {
    await sandbox.close()
  }
}

interface CoreMilliseconds {
  readonly pooled: number
  readonly fresh: number
  readonly bare: number
}

function pythonRows({ pooled, fresh, bare }: CoreMilliseconds, perSecond: number, tail: number): BenchRow[] {
  return [
    { what: WHAT.overhead, ours: `${figure(pooled)} ms`, theirs: `${figure(fresh)} ms`, ratio: fresh / pooled, bar: `≥ ${BARS.overhead}`, met: fresh / pooled >= BARS.overhead },
    { what: WHAT.bare, ours: `${figure(pooled)} ms`, theirs: `${figure(bare)} ms`, ratio: bare / pooled, bar: `≥ ${BARS.overhead}`, met: bare / pooled >= BARS.overhead },
    { what: WHAT.perSecond, ours: `${figure(perSecond)}/s on ${cores} cores`, bar: `≥ ${BARS.perSecond}/s on 2 cores`, met: perSecond >= BARS.perSecond },
    { what: WHAT.tail, ours: tail.toFixed(2), bar: `< ${BARS.tail}`, met: tail < BARS.tail }
  ]
}

async function quickjsPart(sandbox: Sandbox, rounds: number, report: (line: string) => void): Promise<Part> {
  const request = adding('javascript', 1)
  await batch(sandbox, request, QUICKJS_BATCH)
  const perSecond: number[] = []
  for (let round = 0; round < rounds; round++) {
    perSecond.push(QUICKJS_BATCH / (await batch(sandbox, request, QUICKJS_BATCH)).seconds)
    report(`sandbox: quickjs ${figure(perSecond[round]!)}/s`)
  }
  const middle = median(perSecond)
  return { raw: { perSecond }, rows: [{ what: WHAT.quickjs, ours: `${figure(middle)}/s on ${cores} cores`, bar: `≥ ${BARS.quickjs}/s`, met: middle >= BARS.quickjs }] }
}

function tailOf(seconds: readonly number[]): number {
  const sorted = [...seconds].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1]! / median(sorted)
}
