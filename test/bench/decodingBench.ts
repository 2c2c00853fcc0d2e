import { join } from 'node:path'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { fastest, interleave, screen, timed } from './arms.ts'
import type { Arm, ArmResult } from './arms.ts'
import { figure, leftOut, NO_PYTHON } from './bench.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'
import { LARGE, MEDIUM, SMALL, writeBenchModel } from './benchModels.ts'
import type { BenchModel } from './benchModels.ts'
import { PythonArm } from './pythonArm.ts'
import { ENGINE_OPTIONS } from './trainingBench.ts'
import { decodingPrompts } from './workload.ts'

const BATCH = 64
const PROMPT = 8
const LENGTH = 128
const BARE_LOOP_BAR = 1.3

const CASES: readonly { readonly size: BenchModel; readonly bar: number; readonly aim: string }[] = [
  { size: SMALL, bar: 3, aim: ' (aim 10)' }, { size: MEDIUM, bar: 3, aim: ' (aim 10)' }, { size: LARGE, bar: 1.5, aim: '' }
]

/** Sampling at temperature 1 with log-probabilities, against `generate` and against a bare PyTorch loop, on the same weights. */
export async function decodingBench({ rounds = 7, python, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const torch = python === undefined ? undefined : new PythonArm(python)
  const rows: BenchRow[] = []
  const raw: Record<string, unknown> = {}
  try {
    for (const { size, bar, aim } of CASES) {
      const folder = join(scratch, size.label)
      await writeBenchModel(size, folder)
      const measured = await compare(size, folder, torch, rounds)
      rows.push(...rowsOf(size, measured, { generate: bar, aim }))
      raw[size.label] = measured
      for (const result of measured.results) report(`decoding ${size.label}: ${result.name} ${tokensPerSecond(result)} tokens/s`)
    }
    const versions = await torch?.request<Record<string, string>>('versions')
    return {
      rows, raw, commands: ['npm run bench -- decoding'], ...(versions && { versions }),
      definitions: [`${BATCH} different prompts of ${PROMPT} tokens, ${LENGTH} new tokens each, no early end; tokens/s counts new tokens over the whole call, prompt included.`]
    }
  } finally {
    torch?.close()
  }
}

interface Measured {
  readonly results: readonly ArmResult[]
  readonly screened: readonly ArmResult[]
}

async function compare(size: BenchModel, folder: string, torch: PythonArm | undefined, rounds: number): Promise<Measured> {
  const engine = createOnnxEngine(ENGINE_OPTIONS)
  try {
    await engine.loadModel({ kind: 'folder', folder })
    const prompts = decodingPrompts(size, BATCH, PROMPT)
    const parameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: LENGTH, stop: [] }
    const decode = async (): Promise<void> => requireWhole((await engine.sample(prompts, parameters)).map(({ tokens }) => tokens.length))
    const ours = { name: 'ours', run: () => timed(decode) }
    const generate = torch === undefined ? NOTHING : await screen(generateArms(torch, folder), 1)
    const bare = torch === undefined ? NOTHING : await screen(bareArms(torch, folder), 1)
    return { results: await interleave([ours, ...generate.kept, ...bare.kept], rounds), screened: [...generate.results, ...bare.results] }
  } finally {
    await engine.close()
  }
}

const NOTHING: Awaited<ReturnType<typeof screen>> = { kept: [], results: [] }

/** A completion that ended early would have been cheaper than the other side's. */
function requireWhole(lengths: readonly number[]): void {
  const short = lengths.find((length) => length !== LENGTH)
  if (short !== undefined) throw new Error(`A completion has ${short} tokens in place of ${LENGTH}: the comparison would not be fair.`)
}

const request = (folder: string, threads: number): Record<string, unknown> => ({ folder, threads, attention: 'sdpa', batch: BATCH, prompt: PROMPT, length: LENGTH })
const plural = (threads: number): string => `${threads} thread${threads > 1 ? 's' : ''}`

function generateArms(torch: PythonArm, folder: string): Arm[] {
  return ['dynamic', 'static'].flatMap((cache) => [1, 2].map((threads) => ({
    name: `generate, ${cache} cache, ${plural(threads)}`, run: () => torch.seconds('generate', { ...request(folder, threads), cache })
  })))
}

function bareArms(torch: PythonArm, folder: string): Arm[] {
  return [1, 2].map((threads) => ({ name: `bare loop, ${plural(threads)}`, run: () => torch.seconds('bare_loop', request(folder, threads)) }))
}

const tokensPerSecond = ({ medianSeconds }: ArmResult): string => figure((BATCH * LENGTH) / medianSeconds)

function rowsOf({ label }: BenchModel, { results: [ours, ...theirs] }: Measured, bars: { readonly generate: number; readonly aim: string }): BenchRow[] {
  const kinds = [
    { what: `decoding, ${label}, against generate`, prefix: 'generate', bar: bars.generate, aim: bars.aim },
    { what: `decoding, ${label}, against a bare PyTorch loop`, prefix: 'bare loop', bar: BARE_LOOP_BAR, aim: '' }
  ]
  return kinds.map(({ what, prefix, bar, aim }) => {
    const text = `ratio ≥ ${bar}${aim}`
    const arms = theirs.filter(({ name }) => name.startsWith(prefix))
    if (arms.length === 0) return leftOut(what, text, NO_PYTHON)
    const best = fastest(arms)
    const ratio = best.medianSeconds / ours!.medianSeconds
    return { what, ours: `${tokensPerSecond(ours!)} tokens/s`, theirs: `${tokensPerSecond(best)} tokens/s (${best.name})`, ratio, bar: text, met: ratio >= bar }
  })
}
