import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunEvent } from '../../trainer/protocol/events.ts'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import { median } from './arms.ts'
import { figure, leftOut, NO_PYTHON } from './bench.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'
import { writeBenchRun } from './benchRun.ts'
import type { BenchRun } from './benchRun.ts'
import { labRun, runCommand } from './labProcess.ts'

const TRL = fileURLToPath(new URL('./trl_arm.py', import.meta.url))
const PER_STEP = 16
const GROUP = 8
const ROLLOUTS = PER_STEP * GROUP
const MAX_TOKENS = 64
const WORK = `${PER_STEP} problems × ${GROUP} rollouts × ${MAX_TOKENS} tokens`
const BLOCKS = 2

/** The engine of our side, and what it has to reach. */
interface StepGoal {
  readonly name: string
  readonly what: string
  readonly bar: string
  readonly least: number
  readonly settings: Partial<RunFileInput>
}

const EMBEDDED: StepGoal = { name: 'step', what: `GRPO step whole, 5M, ${WORK}`, bar: 'ratio ≥ 4 (aim 15)', least: 4, settings: {} }
const TORCH: StepGoal = {
  name: 'torchStep', what: `GRPO step whole with the PyTorch engine, 5M, ${WORK}`, bar: 'ratio ≥ 2', least: 2, settings: { engine: 'torch', microBatchTokens: ROLLOUTS * 2 * MAX_TOKENS }
}

/** How TRL is set for a trial. */
interface TrlSetting {
  readonly mode: 'default' | 'static' | 'continuous'
  readonly threads: number
  readonly microBatch: number
}

interface TrlTrial extends TrlSetting {
  readonly stepSeconds: readonly number[]
  readonly error?: string
}

export const stepBench = (context: BenchContext): Promise<BenchOutcome> => measureSteps(EMBEDDED, context)

/** Without a Python there is no side of ours either. */
export async function torchStepBench(context: BenchContext): Promise<BenchOutcome> {
  if (context.python === undefined) return { rows: [leftOut(TORCH.what, TORCH.bar, NO_PYTHON)], raw: {}, commands: [] }
  return measureSteps(TORCH, context)
}

/** Whole GRPO steps through the real command line against TRL's GRPOTrainer in its best setting. */
async function measureSteps(goal: StepGoal, { rounds = 6, python, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const steps = Math.max(2, Math.ceil(rounds / BLOCKS)) + 1
  const run = await writeBenchRun(scratch, MAX_TOKENS, {
    steps, problemsPerStep: PER_STEP, groupSize: GROUP, checkpoint: { every: 1000 }, evaluation: { problems: 1, samples: 1, greedy: false, k: [1] },
    ...goal.settings
  })
  const trials = python === undefined ? [] : await trlTrials(python, run, scratch, report)
  const best = python === undefined ? undefined : bestOf(trials)
  const ours: number[] = []
  const theirs: number[] = []
  for (let block = 0; block < BLOCKS; block++) {
    ours.push(...stepIntervals(await labRun(run.runFile, join(scratch, `run-${block}`))))
    if (python !== undefined && best) theirs.push(...(await trlTrial(python, run, scratch, best, steps)).stepSeconds)
    report(`step: ours ${figure(median(ours))} s${theirs.length > 0 ? `, TRL ${figure(median(theirs))} s` : ''}`)
  }
  const missing = python === undefined ? `${NO_PYTHON}, with trl` : 'TRL ran in no setting'
  return { rows: [rowOf(goal, ours, theirs, best, missing)], raw: { ours, theirs, best, trials }, commands: [`npm run bench -- ${goal.name}`, 'lab run bench.run.json --json'], definitions: DEFINITIONS }
}

const DEFINITIONS = [
  'Seconds of a step: between the ends of one step and the next, so that nothing falls between; the first step of each side warms up. ' +
    'Ours records rollouts, metrics and events meanwhile. Both sides: same weights, problems and loss, completions of full length, a reward that looks at one character.',
  'TRL’s best setting is searched: generation modes × 1 and 2 threads with the whole batch at once, then smaller micro-batches with the fastest of them. fp32, no gradient checkpointing.'
]

/** Seconds between the ends of neighbouring steps. */
function stepIntervals(events: readonly RunEvent[]): number[] {
  const ends = events.flatMap((event) => (event.type === 'stepFinished' ? [Date.parse(event.at) / 1000] : []))
  return ends.slice(1).map((end, i) => end - ends[i]!)
}

async function trlTrials(python: string, run: BenchRun, scratch: string, report: BenchContext['report']): Promise<TrlTrial[]> {
  const trials: TrlTrial[] = []
  const attempt = async (setting: TrlSetting): Promise<void> => {
    const trial = await trlTrial(python, run, scratch, setting, 3)
    trials.push(trial)
    report(`TRL ${settingText(setting)}: ${trial.error ?? `${figure(median(trial.stepSeconds))} s a step`}`)
  }
  for (const mode of ['default', 'static', 'continuous'] as const) {
    for (const threads of [1, 2]) await attempt({ mode, threads, microBatch: ROLLOUTS })
  }
  const best = bestOf(trials)
  if (!best) return trials
  const { mode, threads } = best
  for (const microBatch of [ROLLOUTS / 2, ROLLOUTS / 4, ROLLOUTS / 8]) await attempt({ mode, threads, microBatch })
  return trials
}

/** A setting that TRL cannot run here is kept with its error: it is no candidate, and readers see why. */
async function trlTrial(python: string, run: BenchRun, scratch: string, setting: TrlSetting, steps: number): Promise<TrlTrial> {
  const request = {
    ...setting, steps, folder: run.modelFolder, output: join(scratch, 'trl'), perStep: PER_STEP, group: GROUP, maxTokens: MAX_TOKENS,
    prompts: run.problems.filter(({ split }) => split === 'train').map(({ prompt }) => prompt)
  }
  let answer = ''
  try {
    await runCommand(python, [TRL, JSON.stringify(request)], (line) => (answer = line.startsWith('{"stepSeconds"') ? line : answer))
    return { ...setting, ...(JSON.parse(answer) as { stepSeconds: number[] }) }
  } catch (error) {
    return { ...setting, stepSeconds: [], error: String(error).slice(-600) }
  }
}

function bestOf(trials: readonly TrlTrial[]): TrlTrial | undefined {
  const ran = trials.filter(({ stepSeconds }) => stepSeconds.length > 0)
  return ran.sort((a, b) => median(a.stepSeconds) - median(b.stepSeconds))[0]
}

const settingText = ({ mode, threads, microBatch }: TrlSetting): string => `${mode} generation, ${threads} thread${threads > 1 ? 's' : ''}, micro-batch ${microBatch}`

function rowOf({ what, bar, least }: StepGoal, ours: readonly number[], theirs: readonly number[], best: TrlSetting | undefined, missing: string): BenchRow {
  if (!best || theirs.length === 0) return leftOut(what, bar, `${figure(ROLLOUTS / median(ours))} rollouts/s of ours, no comparison: ${missing}`)
  const ratio = median(theirs) / median(ours)
  return {
    what, ours: `${figure(ROLLOUTS / median(ours))} rollouts/s`, theirs: `${figure(ROLLOUTS / median(theirs))} rollouts/s (TRL, ${settingText(best)})`,
    ratio, bar, met: ratio >= least
  }
}
