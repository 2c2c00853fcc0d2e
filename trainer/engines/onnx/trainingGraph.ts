import { differentiate } from './gradients.ts'
import { Graph } from './graph.ts'
import { logitsAt, parameterInputs } from './decoderGraph.ts'
import { lossTerms, tokenValues } from './lossGraph.ts'
import type { ModelConfig } from './modelConfig.ts'
import type { ParameterLayout } from './parameterLayout.ts'
import type { ParameterInputs } from './decoderGraph.ts'
import type { TermShape, TokenValues } from './lossGraph.ts'

/** Names of inputs (tokens int64 [B, length], rows int64 [R], targets int64 [R]) and outputs ([R] each). */
export const TOKENS = 'tokens'
export const ROWS = 'rows'
export const TARGETS = 'targets'
export const LOGPROBS = 'logprobs'
export const ENTROPIES = 'entropies'
export const gradientOutput = (parameter: string): string => `gradient.${parameter}`

interface Forward {
  readonly parameters: ParameterInputs
  readonly tokens: TokenValues
}

function forward(g: Graph, config: ModelConfig, layout: ParameterLayout, length: number): Forward {
  const parameters = parameterInputs(g, layout)
  const tokens = g.input(TOKENS, ['B', length], 'int64')
  const rows = g.input(ROWS, ['R'], 'int64')
  const targets = g.input(TARGETS, ['R'], 'int64')
  const values = tokenValues(g, logitsAt(g, config, parameters, tokens, rows, length), targets)
  g.output(LOGPROBS, values.logprobs)
  g.output(ENTROPIES, values.entropies)
  return { parameters, tokens: values }
}

/** Log-probability and entropy at the chosen rows of sequences padded to `length`. */
export function logprobGraph(config: ModelConfig, layout: ParameterLayout, length: number): Graph {
  const g = new Graph('logprobs')
  forward(g, config, layout, length)
  return g
}

/** The same, with the loss terms per row and the gradient of the weighted loss by every parameter. */
export function trainingGraph(config: ModelConfig, layout: ParameterLayout, length: number, terms: readonly TermShape[]): Graph {
  const g = new Graph('training')
  const { parameters, tokens } = forward(g, config, layout, length)
  const gradients = differentiate(g, lossTerms(g, terms, tokens), parameters.all)
  gradients.forEach((gradient, i) => g.output(gradientOutput(parameters.all[i]!.name), gradient))
  return g
}
