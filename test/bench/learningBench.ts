import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'
import { root } from './labProcess.ts'
import { learningRun } from './learning.ts'
import type { LearningKind, LearningResult, LearningRun } from './learning.ts'
import { gainsOf, learningTable } from './learningTable.ts'
import { baseModel } from './baseModels.ts'
import { gemmProbe } from './machine.ts'
import { writeIntoReadme } from './readmeTable.ts'

/** Seeds that no setting was chosen on. */
const FIRST_SEED = 101
const BAR_GAIN = 0.15
const BAR_SECONDS = 360
const BAR = `each seed: pass@1 and greedy +${BAR_GAIN} within ${BAR_SECONDS / 60} min, above the control`

/**
 * Every sample's recipe and its control with shuffled rewards, on several seeds, one after the other. Each seed starts from a
 * base model of another supervised seed.
 */
export async function learningBench({ rounds = 3, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const gemm = await gemmProbe(availableParallelism())
  const seeds = Array.from({ length: rounds }, (_, i) => FIRST_SEED + i)
  const results: LearningResult[] = []
  for (const sample of samples()) {
    const runs: Record<LearningKind, LearningRun[]> = { rl: [], control: [] }
    for (const [i, seed] of seeds.entries()) {
      const model = await baseModel(sample, i + 1, report)
      for (const kind of ['rl', 'control'] as const) {
        const run = await learningRun(sample, kind, model, seed, join(scratch, `${sample}-${kind}-${seed}`), await gemm())
        runs[kind].push(run)
        report(`${sample} ${kind} seed ${seed}: pass@1 ${run.before.passAt1.toFixed(3)} → ${run.after.passAt1.toFixed(3)} in ${run.seconds.toFixed(0)} s`)
      }
    }
    results.push({ sample, seeds, runs: runs.rl, controls: runs.control })
  }
  const table = learningTable(results)
  writeIntoReadme('learning', table)
  return { rows: results.map(rowOf), raw: results, commands: ['npm run bench -- learning', 'lab run samples/<sample>/{rl,control}.run.json --seed <seed>'], definitions: [`\n\n${table}\n`] }
}

/** Samples with a run file and a control. */
function samples(): string[] {
  const folder = join(root, 'samples')
  return readdirSync(folder).filter((name) => ['rl', 'control'].every((kind) => existsSync(join(folder, name, `${kind}.run.json`))))
}

const percent = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)} points`

function rowOf({ sample, runs, controls }: LearningResult): BenchRow {
  const passAt1 = Math.min(...gainsOf(runs, (s) => s.passAt1))
  const greedy = Math.min(...gainsOf(runs, (s) => s.greedy))
  const control = Math.max(...gainsOf(controls, (s) => s.passAt1))
  const seconds = Math.max(...runs.map((run) => run.seconds))
  return {
    what: `learning, ${sample}, worst of ${runs.length} seeds`, ours: `pass@1 ${percent(passAt1)}, greedy ${percent(greedy)}, ${seconds.toFixed(0)} s`,
    theirs: `control ${percent(control)} (best seed)`, bar: BAR,
    met: passAt1 >= BAR_GAIN && greedy >= BAR_GAIN && seconds <= BAR_SECONDS && passAt1 > control
  }
}
