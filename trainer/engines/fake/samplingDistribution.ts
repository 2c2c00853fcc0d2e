import type { SamplingParameters } from '../engine.ts'
import { logSoftmax } from './tabularPolicy.ts'

/** Log-probabilities sampled from: temperature, then top-k, top-p over what top-k left, and min-p; −Infinity = cannot be drawn. */
export function samplingDistribution(logprobs: Float64Array, parameters: SamplingParameters): Float64Array {
  if (parameters.temperature === 0) return greedy(logprobs)
  const tempered = logSoftmax(logprobs.map((logprob) => logprob / parameters.temperature))
  const order = [...tempered.keys()].sort((a, b) => tempered[b]! - tempered[a]! || a - b)
  const kept = new Set(order.slice(0, keptCount(order, tempered, parameters)))
  return logSoftmax(tempered.map((logprob, v) => (kept.has(v) ? logprob : -Infinity)))
}

/** Draws by inverse cumulative probability; `u` is uniform in [0, 1). */
export function drawToken(logprobs: Float64Array, u: number): number {
  let sum = 0
  let last = 0
  for (let v = 0; v < logprobs.length; v++) {
    if (logprobs[v] === -Infinity) continue
    sum += Math.exp(logprobs[v]!)
    last = v
    if (u < sum) return v
  }
  return last
}

function greedy(logprobs: Float64Array): Float64Array {
  let best = 0
  logprobs.forEach((logprob, v) => (best = logprob > logprobs[best]! ? v : best))
  return logprobs.map((_, v) => (v === best ? 0 : -Infinity))
}

/** How many of the tokens in falling order of probability stay. */
function keptCount(order: readonly number[], logprobs: Float64Array, parameters: SamplingParameters): number {
  const limit = parameters.topK === 0 ? order.length : Math.min(parameters.topK, order.length)
  const floor = parameters.minP * Math.exp(logprobs[order[0]!]!)
  const mass = parameters.topP * order.slice(0, limit).reduce((total, token) => total + Math.exp(logprobs[token]!), 0)
  let sum = 0
  for (let rank = 0; rank < limit; rank++) {
    const p = Math.exp(logprobs[order[rank]!]!)
    if (rank > 0 && ((parameters.topP < 1 && sum >= mass) || p < floor)) return rank
    sum += p
  }
  return limit
}
