import { LabError } from '../../../errors.ts'
import type { SamplePrompt, SamplingParameters } from '../../engine.ts'
import type { ModelConfig } from '../model/modelConfig.ts'

function refuse(code: string, place: string, message: string, remedy: string): LabError {
  return new LabError('engine', code, message, { place, remedy })
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

function checkParameters(parameters: SamplingParameters): void {
  const rules: [keyof SamplingParameters, boolean, string][] = [
    ['temperature', Number.isFinite(parameters.temperature) && parameters.temperature >= 0, 'a finite number of at least 0'],
    ['topK', isCount(parameters.topK), 'a whole number, 0 for off'],
    ['topP', parameters.topP > 0 && parameters.topP <= 1, 'above 0 and at most 1, which is off'],
    ['minP', parameters.minP >= 0 && parameters.minP <= 1, 'from 0, which is off, to 1'],
    ['maxTokens', isCount(parameters.maxTokens) && parameters.maxTokens >= 1, 'a whole number of at least 1'],
    ['stop', parameters.stop.every((text) => typeof text === 'string' && text !== ''), 'strings that are not empty']
  ]
  for (const [name, holds, wanted] of rules) {
    if (!holds) throw refuse('engine/sampling', name, `${name} has to be ${wanted}, not ${JSON.stringify(parameters[name])}`, 'Correct the sampling settings.')
  }
}

/**
 * Rejects settings and seeds that make no sense (`engine/sampling`), and more tokens than the context has room for with any
 * prompt (`engine/context-length`). A completion that reaches the end of the context before ends there with `length`.
 */
export function checkSampling(config: ModelConfig, prompts: readonly SamplePrompt[], parameters: SamplingParameters): void {
  checkParameters(parameters)
  if (parameters.maxTokens >= config.contextLength) {
    throw refuse('engine/context-length', 'maxTokens', `maxTokens is ${parameters.maxTokens}; the model has a context of ${config.contextLength}, prompt included`, 'Lower maxTokens, or take a model with a longer context.')
  }
  prompts.forEach(({ seeds }, i) => {
    const wrong = seeds.find((seed) => !isCount(seed))
    if (wrong !== undefined) throw refuse('engine/sampling', `prompts[${i}].seeds`, `A seed of prompt ${i} is ${wrong}, not a whole number`, 'Give whole numbers from 0 on.')
  })
}
