import { readDescription } from '../../trainer/engines/onnx/files/hfFolder.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { EMBEDDING, parameterLayout } from '../../trainer/engines/onnx/model/parameterLayout.ts'
import type { ParameterLayout, ParameterSlot } from '../../trainer/engines/onnx/model/parameterLayout.ts'
import { readWeights, writeWeights } from '../../trainer/engines/onnx/files/weightFiles.ts'
import type { NewModel } from '../../trainer/protocol/runFile.ts'

/** The three sizes that every comparison uses. Qwen3 layout, tied head. */
export interface BenchModel {
  readonly label: string
  readonly model: NewModel
  readonly vocabulary: readonly string[]
}

const words = (count: number): string[] => ['<eos>', ...Array.from({ length: count - 1 }, (_, i) => `w${i + 1}`)]

function benchModel(label: string, hiddenSize: number, layers: number, heads: number, headSize: number, vocabulary: number): BenchModel {
  return {
    label,
    vocabulary: words(vocabulary),
    model: {
      architecture: 'Qwen3ForCausalLM', hiddenSize, layers, heads, keyValueHeads: heads / 2, headSize, intermediateSize: 3 * hiddenSize,
      contextLength: 512, ropeTheta: 10000, tiedHead: true
    }
  }
}

export const SMALL = benchModel('0.8M', 128, 4, 4, 32, 128)
export const MEDIUM = benchModel('5M', 256, 6, 4, 64, 512)
export const LARGE = benchModel('25M', 512, 8, 8, 64, 512)

/**
 * Writes the model as a Hugging Face folder that both sides load: same random weights, and an end of text that is never
 * sampled, so that both sides write completions of the same length without being told to.
 */
export async function writeBenchModel({ model, vocabulary }: BenchModel, folder: string): Promise<void> {
  const engine = createOnnxEngine({ threads: 0, microBatchTokens: 2048 })
  try {
    await engine.loadModel({ kind: 'new', model, vocabulary, seed: 1 })
    await engine.save(folder, { optimizer: false, dtype: 'float32' })
  } finally {
    await engine.close()
  }
  const layout = parameterLayout((await readDescription(folder)).config)
  const { values: parameters } = await readWeights(folder, layout)
  suppressEndOfText(layout, parameters)
  await writeWeights(folder, layout, parameters, { dtype: 'F32', withHead: false })
}

const CARRIED = 0.1
const SUPPRESSED = -20

/**
 * Entry 0 of the residual stream carries a positive constant: every token's embedding has it and no layer writes there. The
 * embedding of `<eos>`, which is also its row of the head, is negative in that entry, so its logit lies about 80 below the others.
 */
export function suppressEndOfText(layout: ParameterLayout, parameters: Float32Array): void {
  const slot = layout.slots.find(({ name }) => name === EMBEDDING)!
  const [vocabulary, width] = slot.shape as [number, number]
  for (let token = 0; token < vocabulary; token++) parameters[slot.offset + token * width] = token === 0 ? SUPPRESSED : CARRIED
  for (const residual of layout.slots.filter(writesToStream)) parameters.fill(0, residual.offset, residual.offset + residual.shape[1]!)
}

const writesToStream = ({ name }: ParameterSlot): boolean => /\.(o_proj|down_proj)\.weight$/.test(name)
