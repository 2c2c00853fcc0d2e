/**
 * Per-token values of the loss terms as graph nodes. A row is one completion token; the graph never sums over rows: the
 * host does that in double precision, and the gradient starts at each row with its weight. What has a number in a run
 * file (clip bounds, term weights) is an input, so one session serves all values.
 */
import * as op from '../graph/operators.ts'
import type { LossTerm } from '../../engine.ts'
import type { Seed } from '../graph/gradients.ts'
import type { Graph, Value } from '../graph/graph.ts'

/** What of a loss decides which nodes a graph has. */
export type TermShape =
  | { readonly kind: 'policyGradient'; readonly ratio: 'none' | 'token' | 'sequence' }
  | { readonly kind: 'crossEntropy' }
  | { readonly kind: 'klToReference'; readonly estimator: 'k1' | 'k2' | 'k3' }
  | { readonly kind: 'entropyBonus' }
  | { readonly kind: 'pairwise' }
  | { readonly kind: 'stepReward' }
  | { readonly kind: 'valueRegression' }

/** A term that is averaged over tokens as the normalisation says; the host computes the values of the others. */
export type TokenTerm = Extract<LossTerm, { kind: 'policyGradient' | 'crossEntropy' | 'klToReference' | 'entropyBonus' }>
export type HeadTerm = Extract<LossTerm, { kind: 'stepReward' | 'valueRegression' }>

export const readsHead = <T extends { readonly kind: LossTerm['kind'] }>(term: T): term is Extract<T, { readonly kind: HeadTerm['kind'] }> =>
  term.kind === 'stepReward' || term.kind === 'valueRegression'

export function termShape(term: LossTerm): TermShape {
  switch (term.kind) {
    case 'policyGradient': return { kind: term.kind, ratio: term.ratio }
    case 'klToReference': return { kind: term.kind, estimator: term.estimator }
    case 'crossEntropy':
    case 'entropyBonus':
    case 'pairwise':
    case 'stepReward':
    case 'valueRegression': return { kind: term.kind }
  }
}

/** Names of the per-row inputs ([R], float32). `rowWeights` holds mask × normalisation. */
export type RowInput = 'rowWeights' | 'mask' | 'advantages' | 'behaviourLogprobs' | 'referenceLogprobs' | 'crossEntropyWeights'

/** Names of a term's scalar inputs. The clip bounds are those of the ratio (1 − low, 1 + high). */
export const termInput = (i: number, part: 'weight' | 'lowest' | 'highest'): string => `term${i}.${part}`
/**
 * Names of per-row inputs ([R]) of one term. pairwise: slopes = dL/dlogp of the term; of the reward head: its targets, and
 * shares = what a row counts in the average, 0 without a target.
 */
export const termRows = (i: number, part: 'slopes' | 'targets' | 'shares'): string => `term${i}.${part}`
export const termOutput = (i: number, part: 'values' | 'ratios'): string => `term${i}.${part}`

/** Sequence ratios: [S, R], 1/(masked tokens) at a sequence's masked tokens; and [R, S], 1 at a token's sequence. */
export const AVERAGE = 'sequenceAverage'
export const SPREAD = 'sequenceSpread'

export interface TokenValues {
  /** [R] log-probability of the target. */
  readonly logprobs: Value
  /** [R] entropy of the distribution that the target was drawn from. */
  readonly entropies: Value
  /** [R] what the reward head says once it has read the target. */
  readonly heads?: Value
}

/** logits: [R, V]; targets: int64 [R]. */
export function tokenValues(g: Graph, logits: Value, targets: Value): TokenValues {
  const rows = targets.dims[0]!
  const logSoftmax = op.logSoftmax(g, logits)
  const chosen = op.gatherElements(g, logSoftmax, op.reshape(g, targets, [rows, 1]))
  const entropies = op.neg(g, op.reduceSum(g, op.mul(g, op.exp(g, logSoftmax), logSoftmax), [-1], false))
  return { logprobs: op.reshape(g, chosen, [rows]), entropies }
}

/** Makes each input when a term first asks for it, so that a session has only the inputs its loss reads. */
class LossInputs {
  private readonly made = new Map<string, Value>()
  private readonly g: Graph

  constructor(g: Graph) {
    this.g = g
  }

  private once(name: string, dims: readonly (string | number)[]): Value {
    const value = this.made.get(name) ?? this.g.input(name, dims)
    this.made.set(name, value)
    return value
  }

  row(name: RowInput): Value {
    return this.once(name, ['R'])
  }

  termRow(i: number, part: Parameters<typeof termRows>[1]): Value {
    return this.once(termRows(i, part), ['R'])
  }

  scalar(name: string): Value {
    return this.once(name, [])
  }

  average(): Value {
    return this.once(AVERAGE, ['S', 'R'])
  }

  spread(): Value {
    return this.once(SPREAD, ['R', 'S'])
  }
}

/** ρ per row; 1 where masked, whatever the missing log-probabilities there are. */
function importanceRatio(g: Graph, inputs: LossInputs, logprobs: Value, per: 'token' | 'sequence'): Value {
  const difference = op.mul(g, op.sub(g, logprobs, inputs.row('behaviourLogprobs')), inputs.row('mask'))
  if (per === 'token') return op.exp(g, difference)
  const column = op.reshape(g, difference, ['R', 1])
  const perSequence = op.exp(g, op.matmul(g, inputs.average(), column))
  return op.reshape(g, op.matmul(g, inputs.spread(), perSequence), ['R'])
}

function policyGradient(g: Graph, inputs: LossInputs, i: number, shape: TermShape & { kind: 'policyGradient' }, logprobs: Value): Value {
  const advantages = inputs.row('advantages')
  if (shape.ratio === 'none') return op.neg(g, op.mul(g, advantages, logprobs))
  const ratio = importanceRatio(g, inputs, logprobs, shape.ratio)
  g.output(termOutput(i, 'ratios'), ratio)
  const clipped = op.clip(g, ratio, inputs.scalar(termInput(i, 'lowest')), inputs.scalar(termInput(i, 'highest')))
  return op.neg(g, op.min(g, op.mul(g, ratio, advantages), op.mul(g, clipped, advantages)))
}

/** Schulman's estimators (http://joschu.net/blog/kl-approx.html) with u = reference − policy log-probability. */
function klToReference(g: Graph, inputs: LossInputs, estimator: 'k1' | 'k2' | 'k3', logprobs: Value): Value {
  const u = op.mul(g, op.sub(g, inputs.row('referenceLogprobs'), logprobs), inputs.row('mask'))
  if (estimator === 'k1') return op.neg(g, u)
  if (estimator === 'k2') return op.mul(g, op.mul(g, u, u), g.scalar(0.5))
  return op.sub(g, op.sub(g, op.exp(g, u), g.scalar(1)), u)
}

type TokenShape = Extract<TermShape, { kind: TokenTerm['kind'] }>

function termValues(g: Graph, inputs: LossInputs, i: number, shape: TokenShape, tokens: TokenValues): Value {
  switch (shape.kind) {
    case 'policyGradient': return policyGradient(g, inputs, i, shape, tokens.logprobs)
    case 'crossEntropy': return op.neg(g, op.mul(g, inputs.row('crossEntropyWeights'), tokens.logprobs))
    case 'klToReference': return klToReference(g, inputs, shape.estimator, tokens.logprobs)
    case 'entropyBonus': return op.neg(g, tokens.entropies)
  }
}

/** Adds the terms, gives out each term's value per row, and returns where the gradient starts. */
export function lossTerms(g: Graph, shapes: readonly TermShape[], tokens: TokenValues): Seed[] {
  const inputs = new LossInputs(g)
  return shapes.map((shape, i) => {
    const weight = inputs.scalar(termInput(i, 'weight'))
    switch (shape.kind) {
      case 'pairwise': return { value: tokens.logprobs, gradient: op.mul(g, inputs.termRow(i, 'slopes'), weight) }
      case 'stepReward':
      case 'valueRegression': return { value: tokens.heads!, gradient: op.mul(g, headSlopes(g, inputs, i, shape.kind, tokens.heads!), weight) }
      default: {
        const value = termValues(g, inputs, i, shape, tokens)
        g.output(termOutput(i, 'values'), value)
        return { value, gradient: op.mul(g, inputs.row('rowWeights'), weight) }
      }
    }
  })
}

/** Both losses of the head have its prediction less the target as their derivative; a probability is predicted by σ(head). */
function headSlopes(g: Graph, inputs: LossInputs, i: number, kind: HeadTerm['kind'], heads: Value): Value {
  const predicted = kind === 'stepReward' ? op.sigmoid(g, heads) : heads
  return op.mul(g, op.sub(g, predicted, inputs.termRow(i, 'targets')), inputs.termRow(i, 'shares'))
}
