import { LabError } from '../../errors.ts'
import type { Loss, OptimizerStep, SamplePrompt, SamplingParameters, TokenSequence, TrainSequence } from '../engine.ts'

/** What tokens are checked against. */
export interface Limits {
  readonly vocabulary: readonly string[]
  readonly contextLength: number
}

function refuse(code: string, place: string, message: string, remedy: string): LabError {
  return new LabError('engine', code, message, { place, remedy })
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

export function checkTokens({ vocabulary }: Limits, tokens: readonly number[], place: string): void {
  const at = tokens.findIndex((token) => !isCount(token) || token >= vocabulary.length)
  if (at < 0) return
  throw refuse('engine/token-range', `${place}[${at}]`, `Token ${tokens[at]} is not in the vocabulary of ${vocabulary.length}.`, 'Use the tokenizer that belongs to the model.')
}

function checkPrompt(limits: Limits, tokens: readonly number[], following: number, place: string): void {
  if (tokens.length === 0) throw refuse('engine/empty-prompt', place, `${place} has no tokens, so nothing predicts the next one.`, 'Begin it with at least one token.')
  const length = tokens.length + following
  if (length > limits.contextLength) {
    throw refuse('engine/context-length', place, `${place} and what follows have ${length} tokens; the model takes ${limits.contextLength}.`, 'Shorten the prompt, or take a model with a longer context.')
  }
  checkTokens(limits, tokens, place)
}

export function checkSequences(limits: Limits, sequences: readonly TokenSequence[]): void {
  sequences.forEach(({ prompt, completion }, i) => {
    checkPrompt(limits, prompt, completion.length, `sequences[${i}].prompt`)
    checkTokens(limits, completion, `sequences[${i}].completion`)
  })
}

export function checkSampling(limits: Limits, prompts: readonly SamplePrompt[], parameters: SamplingParameters): void {
  const { temperature, topK, topP, minP, maxTokens, stop } = parameters
  const rules: [keyof SamplingParameters, boolean][] = [
    ['temperature', Number.isFinite(temperature) && temperature >= 0], ['topK', isCount(topK)], ['topP', topP > 0 && topP <= 1],
    ['minP', minP >= 0 && minP <= 1], ['maxTokens', isCount(maxTokens) && maxTokens > 0], ['stop', stop.every((text) => text !== '')]
  ]
  const broken = rules.find(([, holds]) => !holds)?.[0]
  if (broken !== undefined) throw refuse('engine/sampling', broken, `${broken} cannot be ${JSON.stringify(parameters[broken])}.`, 'Correct the sampling settings.')
  if (maxTokens >= limits.contextLength) {
    throw refuse('engine/context-length', 'maxTokens', `maxTokens is ${maxTokens}; the model has a context of ${limits.contextLength}, prompt included.`, 'Lower maxTokens.')
  }
  prompts.forEach(({ tokens, seeds }, i) => {
    checkPrompt(limits, tokens, 0, `prompts[${i}].tokens`)
    if (!seeds.every(isCount)) throw refuse('engine/sampling', `prompts[${i}].seeds`, 'A seed is not a whole number.', 'Give whole numbers from 0 on.')
  })
}

const PER_TOKEN = ['mask_T', 'advantages_T', 'behaviourLogprobs_T', 'referenceLogprobs_T', 'weights_T'] as const

function checkPerToken(sequence: TrainSequence, i: number): void {
  for (const name of PER_TOKEN) {
    const values = sequence[name] ?? sequence.completion.map(() => 0)
    const place = `data[${i}].${name}`
    if (values.length !== sequence.completion.length) {
      throw refuse('engine/shape', place, `${place} has ${values.length} entries for ${sequence.completion.length} tokens.`, 'Give one entry per completion token.')
    }
    const at = values.findIndex((value, t) => !Number.isFinite(value) && sequence.mask_T?.[t] !== 0)
    if (at >= 0) throw refuse('engine/not-finite', `${place}[${at}]`, `${place} holds ${values[at]}.`, 'Mask the token or give a finite number.')
  }
}

export function checkTraining(limits: Limits, data: readonly TrainSequence[], { normalisation }: Loss): void {
  if (data.length === 0) throw refuse('engine/empty-batch', 'data', 'There is nothing to train on.', 'Leave the step out when a filter has dropped every group.')
  checkSequences(limits, data)
  data.forEach(checkPerToken)
  const { denominator = 1 } = normalisation
  const length = normalisation.kind === 'constant' ? normalisation.length : 1
  if (!(denominator > 0 && length > 0 && Number.isFinite(denominator * length))) {
    throw refuse('engine/normalisation', 'normalisation', 'A normalisation divides by a finite number above 0.', 'Give the number of tokens or sequences of the whole step.')
  }
}

export function checkStep(step: OptimizerStep): void {
  for (const name of ['learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay', 'maxGradNorm'] as const) {
    if (!(Number.isFinite(step[name]) && step[name] >= 0)) {
      throw refuse('engine/optimizer-step', name, `${name} has to be a finite number of at least 0, not ${step[name]}.`, 'Correct the optimiser settings.')
    }
  }
}

export function checkNotCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LabError('engine', 'engine/cancelled', 'The call was cancelled.', { remedy: 'Call again.', cause: signal.reason })
}
