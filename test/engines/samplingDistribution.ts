import type { SamplingParameters } from '../../trainer/engines/engine.ts'

/**
 * Logarithm of what is to be sampled from: temperature, then top-k, top-p and min-p, each over what the one before left, as
 * transformers' logits processors do it. −Infinity = cannot be drawn.
 */
export function expectedDistribution(policy: readonly number[], { temperature, topK, topP, minP }: SamplingParameters): number[] {
  let p = normalised(policy.map((logprob) => Math.exp(logprob / temperature)))
  const keep = (kept: (rank: number, before: number, probability: number) => boolean): void => {
    const order = [...p.keys()].sort((a, b) => p[b]! - p[a]!)
    let before = 0
    const rest = [...p]
    order.forEach((word, rank) => {
      if (!kept(rank, before, p[word]!)) rest[word] = 0
      before += p[word]!
    })
    p = normalised(rest)
  }
  if (topK > 0) keep((rank) => rank < topK)
  if (topP < 1) keep((_, before) => before < topP)
  if (minP > 0) keep((_, __, probability) => probability >= minP * Math.max(...p))
  return p.map(Math.log)
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}
