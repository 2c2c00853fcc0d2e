/** Sequences that go through the model together, padded to one length. */
export interface MicroBatch {
  /** Tokens per sequence, padding included: a multiple of LENGTH_STEP. */
  readonly length: number
  /** Indices into the list that was planned. */
  readonly members: readonly number[]
}

export interface Budget {
  /** Tokens per micro-batch, padding included; a longer sequence gets a micro-batch of its own. */
  readonly tokens: number
  /** Floats that the logits of one micro-batch may take. */
  readonly logits: number
  readonly vocabularySize: number
}

/** A size to plan: tokens that go in, and rows that get logits. */
export interface SequenceSize {
  readonly tokens: number
  readonly rows: number
}

const LENGTH_STEP = 8

export const paddedLength = (tokens: number): number => Math.ceil(tokens / LENGTH_STEP) * LENGTH_STEP

/**
 * Longest first, neighbours in length together, so that little is padding. The plan depends on the sizes alone; equal
 * lengths keep their order. Sequences without rows have nothing to compute and are left out.
 */
export function planMicroBatches(sizes: readonly SequenceSize[], budget: Budget): MicroBatch[] {
  const order = sizes.flatMap((size, i) => (size.rows > 0 ? [i] : [])).sort((a, b) => sizes[b]!.tokens - sizes[a]!.tokens || a - b)
  const batches: { length: number; members: number[]; rows: number }[] = []
  for (const index of order) {
    const { tokens, rows } = sizes[index]!
    const open = batches.at(-1)
    const fits = open !== undefined
      && (open.members.length + 1) * open.length <= budget.tokens
      && (open.rows + rows) * budget.vocabularySize <= budget.logits
    if (fits) {
      open.members.push(index)
      open.rows += rows
    } else {
      batches.push({ length: paddedLength(tokens), members: [index], rows })
    }
  }
  return batches.map(({ length, members }) => ({ length, members }))
}
