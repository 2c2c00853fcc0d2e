import { join } from 'node:path'
import { leftOut } from './bench.ts'
import type { BenchContext, BenchOutcome } from './bench.ts'
import { writeBenchRun } from './benchRun.ts'
import { runCommand } from './labProcess.ts'
import { watchPss } from './processMemory.ts'
import type { MemoryPeak } from './processMemory.ts'

const WHAT = 'peak memory of a whole run, 5M, 128-token completions'
const BAR_BYTES = 1.2e9
const BAR = '≤ 1.2 GB'
const EVERY_MS = 100
const TOKENS = 128

/** Peak PSS over all processes of a run with supervised steps, RL steps, a checkpoint and evaluations. */
export async function memoryBench({ rounds = 4, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const commands = ['npm run bench -- memory', 'npm run -s lab -- run bench.run.json --json']
  if (process.platform !== 'linux') return { rows: [leftOut(WHAT, BAR, 'the proportional set size is read from /proc, which this system lacks')], raw: {}, commands }
  // Training must not teach the model to end early: completions keep their full length.
  const { runFile } = await writeBenchRun(scratch, TOKENS, {
    steps: rounds, optimizer: { learningRate: 1e-7, warmupSteps: 0 }, evaluation: { problems: 16, samples: 16 }, checkpoint: { every: 2 },
    stages: [
      { name: 'sft', steps: rounds, algorithm: { name: 'sft', normalisation: 'tokenMean' }, demonstrations: { batchSize: 48 } },
      { name: 'rl' }
    ]
  })
  const peak = await peakOf(runFile, join(scratch, 'run'))
  report(`memory: ${(peak.bytes / 1e9).toFixed(2)} GB`)
  return {
    rows: [{ what: WHAT, ours: `${(peak.bytes / 1e9).toFixed(2)} GB`, bar: BAR, met: peak.bytes <= BAR_BYTES }], raw: peak, commands,
    definitions: [`Sum of the proportional set sizes of npm, launcher, trainer and engine, every ${EVERY_MS} ms; the largest sum is shown. GB = 10⁹ bytes.`]
  }
}

async function peakOf(runFile: string, out: string): Promise<MemoryPeak> {
  let watch: ReturnType<typeof watchPss> | undefined
  await runCommand('npm', ['run', '-s', 'lab', '--', 'run', runFile, '--out', out, '--json'], undefined, ({ pid }) => {
    if (pid !== undefined) watch = watchPss(pid, EVERY_MS)
  })
  if (!watch) throw new Error('npm did not start')
  return watch.stop()
}
