import { join } from 'node:path'
import type { Engine } from '../../trainer/engines/engine.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { onnxEngineFactory } from '../../trainer/engines/onnxEngineFactory.ts'
import { fastest, interleave, screen, timed } from './arms.ts'
import type { Arm, ArmResult } from './arms.ts'
import { figure, leftOut, NO_PYTHON } from './bench.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'
import { LARGE, MEDIUM, SMALL, writeBenchModel } from './benchModels.ts'
import type { BenchModel } from './benchModels.ts'
import { PythonArm } from './pythonArm.ts'
import { ADAMW, POLICY_GRADIENT, trainingBatch } from './workload.ts'
import type { BatchShape } from './workload.ts'

export const ENGINE_OPTIONS = { threads: 0, microBatchTokens: 2048 }
const BAR = 'ratio ≥ 1.0 (aim 1.3)'

const CASES: readonly { readonly size: BenchModel; readonly shape: BatchShape }[] = [
  { size: SMALL, shape: { sequences: 32, length: 128 } },
  { size: MEDIUM, shape: { sequences: 8, length: 128 } },
  { size: LARGE, shape: { sequences: 8, length: 128 } }
]

/** Whole training steps (clipped policy gradient, backward, clipping, AdamW) against PyTorch eager on the same weights. */
export async function trainingBench({ rounds = 9, python, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const torch = python === undefined ? undefined : new PythonArm(python)
  const rows: BenchRow[] = []
  const raw: Record<string, unknown> = {}
  try {
    for (const { size, shape } of CASES) {
      const folder = join(scratch, size.label)
      await writeBenchModel(size, folder)
      const { results, screened } = await compare(size, shape, folder, torch, rounds)
      rows.push(...rowsOf(size, shape, results))
      raw[size.label] = { shape, results, screened }
      for (const result of results) report(`training ${size.label}: ${result.name} ${tokensPerSecond(shape, result)} tokens/s`)
    }
    const versions = await torch?.request<Record<string, string>>('versions')
    return { rows, raw, commands: ['npm run bench -- training'], ...(versions && { versions }) }
  } finally {
    torch?.close()
  }
}

async function compare(
  size: BenchModel, shape: BatchShape, folder: string, torch: PythonArm | undefined, rounds: number
): Promise<{ results: ArmResult[]; screened: ArmResult[] }> {
  const inProcess = createOnnxEngine(ENGINE_OPTIONS)
  const inOwnProcess = await onnxEngineFactory(ENGINE_OPTIONS)
  try {
    const ours = [await trainingArm('ours, in process', inProcess, size, shape, folder), await trainingArm('ours, engine process', inOwnProcess, size, shape, folder)]
    const theirs = torch === undefined ? { kept: [], results: [] } : await screen(torchArms(torch, shape, folder), 2)
    return { results: await interleave([...ours, ...theirs.kept], rounds), screened: theirs.results }
  } finally {
    await inProcess.close()
    await inOwnProcess.close()
  }
}

/** The behaviour's log-probabilities are the policy's own, as in the first update of a step. */
export async function trainingArm(name: string, engine: Engine, size: BenchModel, shape: BatchShape, folder: string): Promise<Arm> {
  await engine.loadModel({ kind: 'folder', folder })
  const batch = trainingBatch(size, shape)
  const behaviour = await engine.logprobs(batch)
  const data = batch.map((sequence, i) => ({ ...sequence, behaviourLogprobs_T: behaviour[i]!.logprobs_T }))
  const step = async (): Promise<void> => {
    await engine.forwardBackward(data, POLICY_GRADIENT)
    await engine.optimStep(ADAMW)
  }
  return { name, run: () => timed(step) }
}

function torchArms(torch: PythonArm, { sequences, length }: BatchShape, folder: string): Arm[] {
  return ['sdpa', 'eager'].flatMap((attention) => [1, 2].map((threads) => ({
    name: `PyTorch eager, ${attention} attention, ${threads} thread${threads > 1 ? 's' : ''}`,
    run: () => torch.seconds('train', { folder, attention, threads, batch: sequences, length })
  })))
}

const tokensPerSecond = ({ sequences, length }: BatchShape, { medianSeconds }: ArmResult): string => figure((sequences * length) / medianSeconds)

function rowsOf(size: BenchModel, shape: BatchShape, [inProcess, inOwnProcess, ...theirs]: readonly ArmResult[]): BenchRow[] {
  const what = `training, ${size.label}, ${shape.sequences} × ${shape.length} tokens`
  if (theirs.length === 0) return [leftOut(what, BAR, NO_PYTHON)]
  const best = fastest(theirs)
  const row = (suffix: string, ours: ArmResult): BenchRow => {
    const ratio = best.medianSeconds / ours.medianSeconds
    return {
      what: `${what}${suffix}`, ours: `${tokensPerSecond(shape, ours)} tokens/s`, theirs: `${tokensPerSecond(shape, best)} tokens/s (${best.name})`,
      ratio, bar: BAR, met: ratio >= 1
    }
  }
  return [row('', inProcess!), row(', through the engine process', inOwnProcess!)]
}
