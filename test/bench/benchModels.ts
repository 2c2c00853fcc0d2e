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
