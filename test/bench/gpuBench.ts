import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { figure, leftOut, NO_PYTHON } from './bench.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'
import { runCommand } from './labProcess.ts'

const SCRIPT = fileURLToPath(new URL('./gpu/step_on_gpu.py', import.meta.url))
const SHAPE = 'Qwen3-0.6B’s shape, random weights, 8 problems × 8 rollouts × 512 tokens, bfloat16'
const HAS_GPU = 'import torch; print(torch.cuda.is_available())'

/** What the script leaves; see gpu/record.py. null = not measured, or TRL ran in no setting. */
interface GpuRecord {
  readonly device: string
  readonly small: boolean
  readonly versions: Readonly<Record<string, string>>
  readonly rollouts: number
  readonly samplingSeconds: number | null
  readonly updateSeconds: number | null
  readonly trlStepSeconds: number | null
  readonly ratioToTrl: number | null
  readonly decodingShareOfBandwidth: number | null
  readonly trainingShareOfMatmulRate: number | null
}

/**
 * A GRPO step by the PyTorch engine on a GPU. Without one the script is tried in miniature, and the figures are left open;
 * ROLLOUT_LAB_GPU_RECORD names a record that it has left on another machine.
 */
export async function gpuBench({ python, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const given = process.env['ROLLOUT_LAB_GPU_RECORD']
  if (given) return outcomeOf(given)
  if (python === undefined) return outcome(openRows(NO_PYTHON), undefined)
  const small = !(await hasGpu(python))
  const out = join(scratch, 'gpu.json')
  await runCommand(python, [SCRIPT, '--out', out, ...(small ? ['--small'] : [])], (line) => report(line))
  return outcomeOf(out)
}

function outcomeOf(file: string): BenchOutcome {
  const record = JSON.parse(readFileSync(file, 'utf8')) as GpuRecord
  return outcome(record.small ? openRows('no GPU here; the script itself ran through in miniature on the CPU') : rowsOf(record), record)
}

async function hasGpu(python: string): Promise<boolean> {
  let answer = ''
  await runCommand(python, ['-c', HAS_GPU], (line) => (answer = line))
  return answer === 'True'
}

const BARS = { trl: 'ratio ≥ 3', decoding: 'at least 0.35', training: 'at least 0.4' }
const WHATS = { trl: `GRPO step whole on a GPU, ${SHAPE}`, decoding: 'decoding on a GPU, share of the bandwidth floor', training: 'update on a GPU, share of the matmul rate' }

const openRows = (why: string): BenchRow[] => [leftOut(WHATS.trl, BARS.trl, why), leftOut(WHATS.decoding, BARS.decoding, why), leftOut(WHATS.training, BARS.training, why)]

const NOT_YET = 'not measured yet'

function rowsOf({ device, rollouts, samplingSeconds, updateSeconds, trlStepSeconds, ratioToTrl, ...shares }: GpuRecord): BenchRow[] {
  if (samplingSeconds === null || updateSeconds === null) return openRows(`${NOT_YET} on ${device}`)
  const rate = (seconds: number): string => `${figure(rollouts / seconds)} rollouts/s`
  const trl = trlStepSeconds === null || ratioToTrl === null
    ? leftOut(WHATS.trl, BARS.trl, `${rate(samplingSeconds + updateSeconds)} of ours on ${device}; TRL ran in no setting`)
    : { what: WHATS.trl, ours: `${rate(samplingSeconds + updateSeconds)} on ${device}`, theirs: `${rate(trlStepSeconds)} (TRL, best of its generation modes and micro-batches)`, ratio: ratioToTrl, bar: BARS.trl, met: ratioToTrl >= 3 }
  const share = (what: string, value: number | null, bar: string, least: number): BenchRow => (value === null ? leftOut(what, bar, NOT_YET) : { what, ours: figure(value), bar, met: value >= least })
  return [trl, share(WHATS.decoding, shares.decodingShareOfBandwidth, BARS.decoding, 0.35), share(WHATS.training, shares.trainingShareOfMatmulRate, BARS.training, 0.4)]
}

const DEFINITIONS = [
  'Bandwidth floor: bytes of all weights once a decoding step, and of the keys and values of every row’s tokens so far, over the rate of a copy in the device’s memory (read and written counted), divided by the seconds of sampling. ' +
    'Matmul rate: of a square bfloat16 product of 8,192, measured in the same process. FLOPs of the update: the formula of flops.ts, the head at completions alone.',
  'TRL’s best setting is searched: generation modes with the whole batch at once, with a half and a quarter of it where memory ends, then smaller micro-batches with the fastest mode; two minutes a setting, after which the steps count that it had ended.'
]

const outcome = (rows: readonly BenchRow[], record: GpuRecord | undefined): BenchOutcome =>
  ({ rows, raw: record, commands: ['npm run bench -- gpu', 'python test/bench/gpu/step_on_gpu.py --out gpu.json'], definitions: DEFINITIONS, ...(record ? { versions: record.versions } : {}) })
