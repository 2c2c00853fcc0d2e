/** Shape of a decoder-only model, in the words of Hugging Face's config.json. */
export interface ModelConfig {
  readonly architecture: 'LlamaForCausalLM' | 'Qwen2ForCausalLM' | 'Qwen3ForCausalLM'
  readonly vocabularySize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layers: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly headSize: number
  readonly contextLength: number
  readonly ropeTheta: number
  readonly normEpsilon: number
  /** The output head is the embedding matrix. */
  readonly tiedHead: boolean
  /** Biases on the query, key and value projections (Qwen2). */
  readonly attentionBias: boolean
  /** RMS norm of each query and key head (Qwen3). */
  readonly headNorm: boolean
  readonly endOfTextTokens: readonly number[]
}
