import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { median } from './arms.ts'
import { figure } from './bench.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'
import { MEDIUM, writeBenchModel } from './benchModels.ts'
import { FLOP_FORMULA, trainingFlops } from './flops.ts'
import { gemmProbe } from './machine.ts'
import { PythonArm } from './pythonArm.ts'
import { ENGINE_OPTIONS, trainingArm } from './trainingBench.ts'
import type { BatchShape } from './workload.ts'

const BAR = 0.6
const SHAPES: readonly BatchShape[] = [{ sequences: 8, length: 128 }, { sequences: 32, length: 128 }]

interface Round {
  readonly stepSeconds: number
  /** Mean of the rate just before and just after the step, in GFLOP/s. */
  readonly gemmGflops: number
}

/** Share of the machine's GEMM rate that training steps at 5M parameters reach. */
export async function gemmBench({ rounds = 15, python, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const folder = join(scratch, MEDIUM.label)
  await writeBenchModel(MEDIUM, folder)
  const rows: BenchRow[] = []
  const raw: Record<string, unknown> = {}
  for (const shape of SHAPES) {
    const flops = trainingFlops(MEDIUM.model, MEDIUM.vocabulary.length, shape)
    const measured = await measure(folder, shape, rounds)
    const share = median(measured.map(({ stepSeconds, gemmGflops }) => flops / 1e9 / stepSeconds / gemmGflops))
    const rate = flops / 1e9 / median(measured.map(({ stepSeconds }) => stepSeconds))
    const gemm = median(measured.map(({ gemmGflops }) => gemmGflops))
    rows.push({
      what: `share of the GEMM rate, 5M, ${shape.sequences} × ${shape.length} tokens`, ours: `${share.toFixed(2)} (${figure(rate)} GFLOP/s)`,
      theirs: `${figure(gemm)} GFLOP/s (1024³ product)`, bar: `≥ ${BAR}`, met: share >= BAR
    })
    raw[`${shape.sequences}x${shape.length}`] = { flops, share, rounds: measured }
    report(`gemm ${shape.sequences} × ${shape.length}: ${share.toFixed(3)} of ${figure(gemm)} GFLOP/s`)
  }
  const torch = python === undefined ? undefined : await torchRates(python)
  return {
    rows, raw: { ...raw, ...(torch && { torchGemmGflops: torch }) }, commands: ['npm run bench -- gemm'],
    definitions: [FLOP_FORMULA, 'The step is forwardBackward and optimStep whole, optimiser time included. Each step’s share is taken of the mean rate just before and after it; the median over rounds is shown.']
  }
}

async function measure(folder: string, shape: BatchShape, rounds: number): Promise<Round[]> {
  const engine = createOnnxEngine(ENGINE_OPTIONS)
  try {
    const probe = await gemmProbe(availableParallelism())
    const arm = await trainingArm('ours', engine, MEDIUM, shape, folder)
    await arm.run()
    await arm.run()
    const measured: Round[] = []
    let before = await probe()
    for (let round = 0; round < rounds; round++) {
      const stepSeconds = await arm.run()
      const after = await probe()
      measured.push({ stepSeconds, gemmGflops: (before + after) / 2 })
      before = after
    }
    return measured
  } finally {
    await engine.close()
  }
}

/** The same product by PyTorch, to see that the yardstick is no shorter than another library's. */
async function torchRates(python: string): Promise<number> {
  const torch = new PythonArm(python)
  try {
    return (await torch.request<{ gflops: number }>('gemm', { threads: availableParallelism() })).gflops
  } finally {
    torch.close()
  }
}
