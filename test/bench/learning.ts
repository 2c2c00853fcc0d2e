import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Summary } from '../../trainer/protocol/summary.ts'
import type { EvaluationResult } from '../../trainer/protocol/summary.ts'
import { gemmProbe } from './machine.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const SEEDS = [101, 102, 103]

/** Runs of one sample: the recipe and its control, one per seed. */
export interface LearningResult {
  readonly sample: string
  readonly seeds: readonly number[]
  readonly runs: readonly LearningRun[]
  readonly controls: readonly LearningRun[]
}

export interface LearningRun {
  readonly seed: number
  readonly seconds: number
  readonly sampledTokens: number
  readonly trainedTokens: number
  readonly before: Scores
  readonly after: Scores
  readonly retention: Readonly<Record<string, { before: Scores; after: Scores }>>
  readonly gemmGflops: number
}

export interface Scores {
  readonly passAt1: number
  readonly greedy: number | null
  readonly passAt16: number | null
  readonly stepTruth: number | null
}

/** Every sample with its control on every seed, one after the other. */
export async function learning(samples: readonly string[], report: (line: string) => void): Promise<LearningResult[]> {
  const gemm = await gemmProbe(2)
  const results: LearningResult[] = []
  for (const sample of samples) {
    const runs: LearningRun[] = []
    const controls: LearningRun[] = []
    for (const seed of SEEDS) {
      for (const [kind, list] of [['rl', runs], ['control', controls]] as const) {
        const run = await learningRun(sample, kind, seed, await gemm())
        list.push(run)
        report(`${sample} ${kind} seed ${seed}: pass@1 ${percent(run.before.passAt1)} → ${percent(run.after.passAt1)} in ${run.seconds.toFixed(0)} s`)
      }
    }
    results.push({ sample, seeds: SEEDS, runs, controls })
  }
  return results
}

async function learningRun(sample: string, kind: 'rl' | 'control', seed: number, gemmGflops: number): Promise<LearningRun> {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-lab-learning-'))
  try {
    const args = ['run', join(root, 'samples', sample, `${kind}.run.json`), '--seed', String(seed), '--out', join(folder, 'run'), '--json']
    await runLab(args)
    return readRun(findSummary(folder), seed, gemmGflops)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runLab(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'dist', 'lab.mjs'), ...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)))
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`lab ${args.join(' ')} ended with ${code}: ${errors}`))))
  })
}

function findSummary(folder: string): Summary {
  const [file] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('summary.json'))
  return Summary.parse(JSON.parse(readFileSync(join(folder, file!), 'utf8')))
}

function readRun(summary: Summary, seed: number, gemmGflops: number): LearningRun {
  const { heldOut, retention, cost } = summary
  return {
    seed, gemmGflops,
    seconds: cost.wallSeconds,
    sampledTokens: cost.sampledTokens,
    trainedTokens: cost.trainedTokens,
    before: scores(heldOut.before!),
    after: scores(heldOut.after!),
    retention: Object.fromEntries(Object.entries(retention).map(([name, set]) => [name, { before: scores(set.before!), after: scores(set.after!) }]))
  }
}

const scores = (result: EvaluationResult): Scores => ({
  passAt1: result.passAt1.value,
  greedy: result.greedy?.value ?? null,
  passAt16: result.passAt16?.value ?? null,
  stepTruth: result.stepTruth?.value ?? null
})

/** Two-sided 97.5 % quantiles of Student's t for 1 to 6 degrees of freedom. */
const T_QUANTILES = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447]

/** Mean over seeds with its 95 % t-interval. */
export function overSeeds(values: readonly number[]): { mean: number; half: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, half: T_QUANTILES[values.length - 2]! * Math.sqrt(variance / values.length) }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const average = (runs: readonly LearningRun[], value: (run: LearningRun) => number | null): string => {
  const values = runs.map(value).filter((found) => found !== null)
  return values.length === 0 ? '–' : (100 * (values.reduce((a, b) => a + b, 0) / values.length)).toFixed(1)
}
const arrow = (runs: readonly LearningRun[], value: (scores: Scores) => number | null): string =>
  `${average(runs, (run) => value(run.before))} → ${average(runs, (run) => value(run.after))}`

/** The table of README.md: shares in per cent, means over the seeds. */
export function learningTable(results: readonly LearningResult[]): string {
  const header = '| sample | pass@1 | greedy | pass@16 | step truth | gain of pass@1, 95 % interval over seeds | gain of the control | seconds |\n|---|---|---|---|---|---|---|---|'
  const rows = results.map(({ sample, runs, controls }) => {
    const gain = overSeeds(runs.map((run) => 100 * (run.after.passAt1 - run.before.passAt1)))
    const control = overSeeds(controls.map((run) => 100 * (run.after.passAt1 - run.before.passAt1)))
    const seconds = runs.reduce((sum, run) => sum + run.seconds, 0) / runs.length
    const cells = [sample, arrow(runs, (s) => s.passAt1), arrow(runs, (s) => s.greedy), arrow(runs, (s) => s.passAt16), arrow(runs, (s) => s.stepTruth)]
    return `| ${[...cells, `+${gain.mean.toFixed(1)} ± ${gain.half.toFixed(1)}`, `${control.mean.toFixed(1)} ± ${control.half.toFixed(1)}`, seconds.toFixed(0)].join(' | ')} |`
  })
  return [header, ...rows, ...transferRows(results)].join('\n')
}

/** What was never rewarded: other depths and difficulties, as rows of the same table. */
function transferRows(results: readonly LearningResult[]): string[] {
  return results.flatMap(({ sample, runs }) =>
    Object.keys(runs[0]?.retention ?? {}).map((name) => {
      const sets = runs.map((run) => ({ ...run, ...run.retention[name]! }))
      return `| ${sample}: ${name} (not rewarded) | ${arrow(sets, (s) => s.passAt1)} | ${arrow(sets, (s) => s.greedy)} | ${arrow(sets, (s) => s.passAt16)} | ${arrow(sets, (s) => s.stepTruth)} | | | |`
    })
  )
}
