import { checkLength, checkPrompt, isCount, refuse } from './callLimits.ts'
import type { CallLimits } from './callLimits.ts'
import type { SamplePrompt, SamplingParameters } from './engine.ts'

function checkParameters(parameters: SamplingParameters): void {
  const { temperature, topK, topP, minP, maxTokens, stop } = parameters
  const rules: [keyof SamplingParameters, boolean, string][] = [
    ['temperature', Number.isFinite(temperature) && temperature >= 0, 'a finite number of at least 0'],
    ['topK', isCount(topK), 'a whole number, 0 for off'],
    ['topP', topP > 0 && topP <= 1, 'above 0 and at most 1, which is off'],
    ['minP', minP >= 0 && minP <= 1, 'from 0, which is off, to 1'],
    ['maxTokens', isCount(maxTokens) && maxTokens >= 1, 'a whole number of at least 1'],
    ['stop', stop.every((text) => typeof text === 'string' && text !== ''), 'strings that are not empty']
  ]
  for (const [name, holds, wanted] of rules) {
    if (!holds) throw refuse('engine/sampling', name, `${name} has to be ${wanted}, not ${JSON.stringify(parameters[name])}.`, 'Correct the sampling settings.')
  }
}

/** Rejects prompts that are empty, longer than the context, or hold tokens outside the vocabulary. */
export function checkPrompts(limits: CallLimits, prompts: readonly SamplePrompt[]): void {
  prompts.forEach(({ tokens }, i) => {
    checkLength(limits, tokens.length, `prompts[${i}].tokens`)
    checkPrompt(limits, tokens, `prompts[${i}].tokens`)
  })
}

/**
 * Rejects settings and seeds that make no sense (`engine/sampling`), and more tokens than the context has room for with any
 * prompt (`engine/context-length`). A completion that reaches the end of the context before ends there with `length`.
 */
export function checkSampling(limits: CallLimits, prompts: readonly SamplePrompt[], parameters: SamplingParameters): void {
  checkParameters(parameters)
  const { maxTokens } = parameters
  if (maxTokens >= limits.contextLength) {
    const message = `maxTokens is ${maxTokens}; the model has a context of ${limits.contextLength}, prompt included.`
    throw refuse('engine/context-length', 'maxTokens', message, 'Lower maxTokens, or take a model with a longer context.')
  }
  prompts.forEach(({ seeds }, i) => {
    const wrong = seeds.find((seed) => !isCount(seed))
    if (wrong !== undefined) throw refuse('engine/sampling', `prompts[${i}].seeds`, `A seed of prompt ${i} is ${wrong}, not a whole number.`, 'Give whole numbers from 0 on.')
  })
}
