import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { median, timed } from './arms.ts'
import { figure, leftOut, NO_PYTHON } from './bench.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'
import { readSummary, runCommand } from './labProcess.ts'
import { gemmProbe } from './machine.ts'

const BAR_SECONDS = 240
const BAR_GAIN = 0.2

interface Start {
  readonly seconds: number
  /** Mean of the rate before and after the run. */
  readonly gemmGflops: number
  readonly before: number
  readonly after: number
  readonly gain: { readonly value: number; readonly low: number; readonly high: number }
}

/** `npm start` from a finished install: how long it takes and what it gains. */
export async function startBench({ rounds = 5, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const probe = await gemmProbe(availableParallelism())
  const starts: Start[] = []
  for (let i = 0; i < rounds; i++) {
    const start = await startOnce(join(scratch, `start-${i}`), probe)
    starts.push(start)
    report(`start: ${start.seconds.toFixed(0)} s at ${figure(start.gemmGflops)} GFLOP/s, pass@1 ${start.before.toFixed(3)} → ${start.after.toFixed(3)}`)
  }
  const seconds = median(starts.map((start) => start.seconds))
  return {
    raw: starts, commands: ['npm run bench -- start', `npm start, ${rounds} times`],
    rows: [
      {
        what: `npm start from a finished install, median of ${rounds}`, bar: `< ${BAR_SECONDS} s`, met: seconds < BAR_SECONDS,
        ours: `${seconds.toFixed(0)} s (GEMM rate ${figure(median(starts.map(({ gemmGflops }) => gemmGflops)))} GFLOP/s)`
      },
      gainRow('npm start, gain of held-out pass@1 (least of the runs)', starts)
    ]
  }
}

const TORCH = 'npm start with the PyTorch engine, gain of held-out pass@1 (least of 3 seeds)'

/** The same run by the PyTorch engine, on the processor. */
export async function torchStartBench({ rounds = 3, python, scratch, report }: BenchContext): Promise<BenchOutcome> {
  if (python === undefined) return { rows: [leftOut(TORCH, GAIN_BAR, NO_PYTHON)], raw: [], commands: [] }
  const probe = await gemmProbe(availableParallelism())
  const starts: Start[] = []
  for (let seed = 1; seed <= rounds; seed++) {
    const start = await startOnce(join(scratch, `start-${seed}`), probe, ['--set', 'engine=torch', '--set', `seed=${seed}`])
    starts.push(start)
    report(`start with torch, seed ${seed}: ${start.seconds.toFixed(0)} s, pass@1 ${start.before.toFixed(3)} → ${start.after.toFixed(3)}`)
  }
  return { raw: starts, commands: ['npm run bench -- torchStart', 'npm start -- --set engine=torch --set seed=N'], rows: [gainRow(TORCH, starts)] }
}

const GAIN_BAR = `≥ ${BAR_GAIN.toFixed(2)}, interval clear of 0`

function gainRow(what: string, starts: readonly Start[]): BenchRow {
  const { gain } = starts.reduce((a, b) => (b.gain.value < a.gain.value ? b : a))
  return { what, bar: GAIN_BAR, ours: `+${gain.value.toFixed(3)} [${gain.low.toFixed(3)}, ${gain.high.toFixed(3)}]`, met: gain.value >= BAR_GAIN && gain.low > 0 }
}

async function startOnce(out: string, probe: () => Promise<number>, options: readonly string[] = []): Promise<Start> {
  const rateBefore = await probe()
  const seconds = await timed(() => runCommand('npm', ['start', '--', '--out', out, ...options]))
  const gemmGflops = (rateBefore + await probe()) / 2
  const { heldOut, gain } = readSummary(out)
  if (!heldOut.before || !heldOut.after || !gain) throw new Error(`The run in ${out} evaluated nothing`)
  return { seconds, gemmGflops, before: heldOut.before.passAt1.value, after: heldOut.after.passAt1.value, gain }
}
