import { differentiate } from '../graph/gradients.ts'
import { Graph } from '../graph/graph.ts'
import { logitsAt, parameterInputs, wholeSequenceInputs } from '../model/decoderGraph.ts'
import { lossTerms, tokenValues } from './lossGraph.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'
import type { ParameterInputs } from '../model/decoderGraph.ts'
import type { TermShape, TokenValues } from './lossGraph.ts'

/** Names of inputs (int64 [R] each; those of wholeSequenceInputs come beside them) and outputs ([R] each). */
export const ROWS = 'rows'
export const TARGETS = 'targets'
export const LOGPROBS = 'logprobs'
export const ENTROPIES = 'entropies'
export const gradientOutput = (parameter: string): string => `gradient.${parameter}`

interface Forward {
  readonly parameters: ParameterInputs
  readonly tokens: TokenValues
}

function forward(g: Graph, config: ModelConfig, layout: ParameterLayout): Forward {
  const parameters = parameterInputs(g, layout)
  const whole = wholeSequenceInputs(g, config)
  const rows = g.input(ROWS, ['R'], 'int64')
  const targets = g.input(TARGETS, ['R'], 'int64')
  const values = tokenValues(g, logitsAt(g, config, parameters, whole, rows), targets)
  g.output(LOGPROBS, values.logprobs)
  g.output(ENTROPIES, values.entropies)
  return { parameters, tokens: values }
}

/** Log-probability and entropy at the chosen rows. */
export function logprobGraph(config: ModelConfig, layout: ParameterLayout): Graph {
  const g = new Graph('logprobs')
  forward(g, config, layout)
  return g
}

/** The same, with the loss terms per row and the gradient of the weighted loss by every parameter. */
export function trainingGraph(config: ModelConfig, layout: ParameterLayout, terms: readonly TermShape[]): Graph {
  const g = new Graph('training')
  const { parameters, tokens } = forward(g, config, layout)
  const gradients = differentiate(g, lossTerms(g, terms, tokens), parameters.all)
  gradients.forEach((gradient, i) => g.output(gradientOutput(parameters.all[i]!.name), gradient))
  return g
}
