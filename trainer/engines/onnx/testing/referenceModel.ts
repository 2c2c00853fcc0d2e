/**
 * A decoder in plain double precision, written from the papers and Hugging Face's modelling files and sharing no code with the
 * graphs: one sequence, one position, one head at a time. Slow, and only for tests.
 */
import type { Loss, LossTerm, TokenSequence, TrainSequence } from '../../engine.ts'
import type { ModelConfig } from '../model/modelConfig.ts'

/** Parameters by Hugging Face name, row-major [out, in]. */
export type ReferenceWeights = ReadonlyMap<string, Float64Array>

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

function linear(w: ReferenceWeights, name: string, x: readonly number[], bias = false): number[] {
  const weight = w.get(`${name}.weight`)!
  return Array.from({ length: weight.length / x.length }, (_, o) =>
    sum(x.map((value, i) => weight[o * x.length + i]! * value)) + (bias ? w.get(`${name}.bias`)![o]! : 0))
}

function rmsNorm(x: readonly number[], weight: Float64Array, epsilon: number): number[] {
  const scale = 1 / Math.sqrt(sum(x.map((value) => value * value)) / x.length + epsilon)
  return x.map((value, i) => value * scale * weight[i]!)
}

/** rotate_half: dimension i pairs with i + size/2. */
function rotate(x: readonly number[], position: number, theta: number): number[] {
  const half = x.length / 2
  return x.map((value, i) => {
    const angle = position * theta ** (-(2 * (i % half)) / x.length)
    return value * Math.cos(angle) + (i < half ? -x[i + half]! : x[i - half]!) * Math.sin(angle)
  })
}

function softmax(x: readonly number[]): number[] {
  const top = Math.max(...x)
  const exps = x.map((value) => Math.exp(value - top))
  const total = sum(exps)
  return exps.map((value) => value / total)
}

function heads(c: ModelConfig, w: ReferenceWeights, l: number, part: 'q' | 'k' | 'v', x: readonly number[], position: number): number[][] {
  const prefix = `model.layers.${l}.self_attn.`
  const flat = linear(w, `${prefix}${part}_proj`, x, c.attentionBias)
  return Array.from({ length: flat.length / c.headSize }, (_, h) => {
    let head = flat.slice(h * c.headSize, (h + 1) * c.headSize)
    if (part === 'v') return head
    if (c.headNorm) head = rmsNorm(head, w.get(`${prefix}${part}_norm.weight`)!, c.normEpsilon)
    return rotate(head, position, c.ropeTheta)
  })
}

function attention(c: ModelConfig, w: ReferenceWeights, l: number, normed: readonly number[][]): number[][] {
  const [q, k, v] = (['q', 'k', 'v'] as const).map((part) => normed.map((x, t) => heads(c, w, l, part, x, t)))
  return normed.map((_, t) => linear(w, `model.layers.${l}.self_attn.o_proj`, Array.from({ length: c.heads }, (__, h) => {
    const group = Math.floor(h / (c.heads / c.keyValueHeads))
    const scores = Array.from({ length: t + 1 }, (___, s) => sum(q![t]![h]!.map((value, i) => value * k![s]![group]![i]!)) / Math.sqrt(c.headSize))
    const share = softmax(scores)
    return Array.from({ length: c.headSize }, (___, i) => sum(share.map((p, s) => p * v![s]![group]![i]!)))
  }).flat()))
}

function mlp(w: ReferenceWeights, l: number, x: readonly number[]): number[] {
  const prefix = `model.layers.${l}.mlp.`
  const gate = linear(w, `${prefix}gate_proj`, x)
  const up = linear(w, `${prefix}up_proj`, x)
  return linear(w, `${prefix}down_proj`, gate.map((value, i) => (value / (1 + Math.exp(-value))) * up[i]!))
}

const added = (a: readonly number[][], b: readonly number[][]): number[][] => a.map((row, t) => row.map((value, i) => value + b[t]![i]!))

/** Behind the final norm, at every position. */
function referenceHidden(c: ModelConfig, w: ReferenceWeights, tokens: readonly number[]): number[][] {
  const d = c.hiddenSize
  const table = w.get('model.embed_tokens.weight')!
  let x = tokens.map((token) => Array.from(table.subarray(token * d, (token + 1) * d)))
  for (let l = 0; l < c.layers; l++) {
    const norm = (name: string) => (row: readonly number[]): number[] => rmsNorm(row, w.get(`model.layers.${l}.${name}.weight`)!, c.normEpsilon)
    x = added(x, attention(c, w, l, x.map(norm('input_layernorm'))))
    x = added(x, x.map(norm('post_attention_layernorm')).map((row) => mlp(w, l, row)))
  }
  return x.map((row) => rmsNorm(row, w.get('model.norm.weight')!, c.normEpsilon))
}

/** Distribution over the next token at every position. */
export function referenceProbabilities(c: ModelConfig, w: ReferenceWeights, tokens: readonly number[]): number[][] {
  const head = new Map([['head.weight', w.get(c.tiedHead ? 'model.embed_tokens.weight' : 'lm_head.weight')!]])
  return referenceHidden(c, w, tokens).map((row) => softmax(linear(head, 'head', row)))
}

/** What the reward head says at every completion token, having read it. */
export const referenceHeads = (c: ModelConfig, w: ReferenceWeights, { prompt, completion }: TokenSequence): number[] =>
  referenceHidden(c, w, [...prompt, ...completion]).slice(prompt.length).map((row) => linear(w, 'score', row, true)[0]!)

export interface ReferenceTokens {
  readonly logprobs: readonly number[]
  readonly entropies: readonly number[]
  /** Of the reward head. */
  readonly heads?: readonly number[]
}

export function referenceTokens(c: ModelConfig, w: ReferenceWeights, { prompt, completion }: TokenSequence): ReferenceTokens {
  const rows = referenceProbabilities(c, w, [...prompt, ...completion]).slice(prompt.length - 1, -1)
  return {
    logprobs: completion.map((token, t) => Math.log(rows[t]![token]!)),
    entropies: rows.map((row) => -sum(row.map((p) => p * Math.log(p))))
  }
}

/** Terms with an average of their own stand in referencePairs. */
type TokenTerm = Exclude<LossTerm, { kind: 'pairwise' | 'stepReward' | 'valueRegression' }>

/** The term's value at each completion token, from the definitions in engine.ts. */
export function referenceTerm(term: TokenTerm, sequence: TrainSequence, { logprobs, entropies }: ReferenceTokens): number[] {
  const of = (values: readonly number[] | undefined, t: number, otherwise = 0): number => values?.[t] ?? otherwise
  const unmasked = logprobs.map((_, t) => of(sequence.mask_T, t, 1))
  const differences = logprobs.map((logp, t) => logp - of(sequence.behaviourLogprobs_T, t))
  const mean = sum(differences.map((d, t) => d * unmasked[t]!)) / Math.max(1, sum(unmasked))
  return logprobs.map((logp, t) => {
    const u = of(sequence.referenceLogprobs_T, t) - logp
    if (term.kind === 'crossEntropy') return -of(sequence.weights_T, t, 1) * logp
    if (term.kind === 'entropyBonus') return -entropies[t]!
    if (term.kind === 'klToReference') return { k1: -u, k2: (u * u) / 2, k3: Math.exp(u) - 1 - u }[term.estimator]
    const advantage = of(sequence.advantages_T, t)
    if (term.ratio === 'none') return -advantage * logp
    const ratio = Math.exp(term.ratio === 'token' ? differences[t]! : mean)
    const low = term.clipLow === undefined ? -Infinity : 1 - term.clipLow
    const high = term.clipHigh === undefined ? Infinity : 1 + term.clipHigh
    return -Math.min(ratio * advantage, Math.min(Math.max(ratio, low), high) * advantage)
  })
}

/** Terms that are averaged over something else than tokens of the loss: pairs, or tokens with a target. */
function ownAverage(term: LossTerm, denominator: number | undefined, data: readonly TrainSequence[], tokens: readonly ReferenceTokens[]): number | undefined {
  const losses = term.kind === 'pairwise'
    ? data.flatMap(({ pair }, i) => (pair?.side === 'chosen' ? [referencePair(term, data, tokens, i)] : []))
    : term.kind === 'stepReward' || term.kind === 'valueRegression' ? data.flatMap((sequence, i) => headLosses(term.kind, sequence, tokens[i]!)) : undefined
  return losses && sum(losses) / (denominator ?? Math.max(1, losses.length))
}

function referencePair(term: Extract<LossTerm, { kind: 'pairwise' }>, data: readonly TrainSequence[], tokens: readonly ReferenceTokens[], chosen: number): number {
  const { beta, margin = 0, labelSmoothing = 0 } = term
  const rejected = data.findIndex(({ pair }) => pair?.side === 'rejected' && pair.name === data[chosen]!.pair!.name)
  const score = (i: number): number => {
    const kept = tokens[i]!.logprobs.flatMap((logp, t) => (data[i]!.mask_T?.[t] === 0 ? [] : [logp - (data[i]!.referenceLogprobs_T?.[t] ?? 0)]))
    return sum(kept) / (term.lengthNormalised ? kept.length : 1)
  }
  const z = beta * (score(chosen) - score(rejected)) - margin
  const logSigmoid = (x: number): number => -Math.log(1 + Math.exp(-x))
  return {
    sigmoid: -(1 - labelSmoothing) * logSigmoid(z) - labelSmoothing * logSigmoid(-z), hinge: Math.max(0, 1 - z), ipo: (z / beta - 1 / (2 * beta)) ** 2
  }[term.variant]
}

function headLosses(kind: LossTerm['kind'], sequence: TrainSequence, { heads = [] }: ReferenceTokens): number[] {
  return heads.flatMap((head, t) => {
    const target = (kind === 'stepReward' ? sequence.stepLabels_T : sequence.returns_T)?.[t] ?? null
    if (target === null || sequence.mask_T?.[t] === 0) return []
    const right = 1 / (1 + Math.exp(-head))
    return [kind === 'stepReward' ? -target * Math.log(right) - (1 - target) * Math.log(1 - right) : (head - target) ** 2 / 2]
  })
}

/** Each term averaged by the normalisation (before its weight), given what the model says of every sequence. */
export function referenceTermValues(loss: Loss, data: readonly TrainSequence[], tokens: readonly ReferenceTokens[]): number[] {
  const masks = data.map(({ completion, mask_T }) => completion.map((_, t) => mask_T?.[t] ?? 1))
  const { normalisation } = loss
  const counted = normalisation.kind === 'tokenMean' ? sum(masks.map(sum)) : data.length
  const denominator = normalisation.denominator ?? counted
  return loss.terms.map((term) => ownAverage(term, normalisation.denominator, data, tokens) ?? sum(data.map((sequence, i) => {
    const total = sum(referenceTerm(term as TokenTerm, sequence, tokens[i]!).map((value, t) => (masks[i]![t] === 1 ? value : 0)))
    const divisor = { tokenMean: 1, sequenceMean: Math.max(1, sum(masks[i]!)), constant: normalisation.kind === 'constant' ? normalisation.length : 1 }[normalisation.kind]
    return total / divisor
  })) / denominator)
}

export function referenceLoss(c: ModelConfig, w: ReferenceWeights, data: readonly TrainSequence[], loss: Loss): number {
  const values = referenceTermValues(loss, data, data.map((sequence) => ({ ...referenceTokens(c, w, sequence), heads: referenceHeads(c, w, sequence) })))
  return sum(loss.terms.map((term, i) => term.weight * values[i]!))
}
