import { differentiate } from '../graph/gradients.ts'
import { Graph } from '../graph/graph.ts'
import { hiddenAt, logits, parameterInputs, rewardHeadInputs, rewards, wholeSequenceInputs } from '../model/decoderGraph.ts'
import * as op from '../graph/operators.ts'
import { lossTerms, readsHead, tokenValues } from './lossGraph.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'
import type { Value } from '../graph/graph.ts'
import type { TermShape, TokenValues } from './lossGraph.ts'

/**
 * Names of inputs (int64 [R] each; those of wholeSequenceInputs come beside them) and outputs ([R] each). A graph with the
 * reward head computes on more rows, [U]: of these a token is predicted from one and read at the next.
 */
export const ROWS = 'rows'
export const PREDICTING = 'predictingRows'
export const READING = 'readingRows'
export const TARGETS = 'targets'
export const LOGPROBS = 'logprobs'
export const ENTROPIES = 'entropies'
export const HEADS = 'heads'
export const gradientOutput = (parameter: string): string => `gradient.${parameter}`

interface Forward {
  /** What is trained, as inputs of the graph. */
  readonly parameters: readonly Value[]
  readonly tokens: TokenValues
}

function forward(g: Graph, config: ModelConfig, layout: ParameterLayout): Forward {
  const parameters = parameterInputs(g, layout)
  const whole = wholeSequenceInputs(g, config)
  const rows = g.input(ROWS, ['R'], 'int64')
  const targets = g.input(TARGETS, ['R'], 'int64')
  const values = tokenValues(g, logits(g, config, parameters, hiddenAt(g, config, parameters, whole, rows)), targets)
  giveOut(g, values)
  return { parameters: parameters.all, tokens: values }
}

/** The same with what the reward head says once it has read each token. */
function forwardWithHead(g: Graph, config: ModelConfig, layout: ParameterLayout): Forward {
  const parameters = parameterInputs(g, layout)
  const head = rewardHeadInputs(g, layout)
  const whole = wholeSequenceInputs(g, config)
  const hidden = hiddenAt(g, config, parameters, whole, g.input(ROWS, ['U'], 'int64'))
  const rowsAt = (name: string): Value => op.gatherDistinctRows(g, hidden, g.input(name, ['R'], 'int64'))
  const [predicting, reading] = [rowsAt(PREDICTING), rowsAt(READING)]
  const values = { ...tokenValues(g, logits(g, config, parameters, predicting), g.input(TARGETS, ['R'], 'int64')), heads: rewards(g, head, reading) }
  giveOut(g, values)
  return { parameters: [...parameters.all, head.weight, head.bias], tokens: values }
}

function giveOut(g: Graph, { logprobs, entropies, heads }: TokenValues): void {
  g.output(LOGPROBS, logprobs)
  g.output(ENTROPIES, entropies)
  if (heads) g.output(HEADS, heads)
}

/** Log-probability and entropy at the chosen rows. */
export function logprobGraph(config: ModelConfig, layout: ParameterLayout): Graph {
  const g = new Graph('logprobs')
  forward(g, config, layout)
  return g
}

/** The reward head at the chosen rows. */
export function headGraph(config: ModelConfig, layout: ParameterLayout): Graph {
  const g = new Graph('heads')
  const parameters = parameterInputs(g, layout)
  const head = rewardHeadInputs(g, layout)
  const whole = wholeSequenceInputs(g, config)
  g.output(HEADS, rewards(g, head, hiddenAt(g, config, parameters, whole, g.input(ROWS, ['R'], 'int64'))))
  return g
}

/** The same as logprobGraph, with the loss terms per row and the gradient of the weighted loss by every parameter. */
export function trainingGraph(config: ModelConfig, layout: ParameterLayout, terms: readonly TermShape[]): Graph {
  const g = new Graph('training')
  const { parameters, tokens } = terms.some(readsHead) ? forwardWithHead(g, config, layout) : forward(g, config, layout)
  const gradients = differentiate(g, lossTerms(g, terms, tokens), parameters)
  gradients.forEach((gradient, i) => g.output(gradientOutput(parameters[i]!.name), gradient))
  return g
}
