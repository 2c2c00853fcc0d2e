import { checkLength, checkPrompt, checkTokens, refuse } from './callLimits.ts'
import type { CallLimits } from './callLimits.ts'
import type { Normalisation, OptimizerStep, TokenSequence, TrainSequence } from './engine.ts'

/** Rejects token ids outside the vocabulary, sequences beyond the context and completions without a prompt. */
export function checkSequences(limits: CallLimits, sequences: readonly TokenSequence[]): void {
  sequences.forEach(({ prompt, completion }, i) => {
    checkLength(limits, prompt.length + completion.length, `sequences[${i}]`)
    checkPrompt(limits, prompt, `sequences[${i}].prompt`)
    checkTokens(limits, completion, `sequences[${i}].completion`)
  })
}

const PER_TOKEN = ['mask_T', 'advantages_T', 'behaviourLogprobs_T', 'referenceLogprobs_T', 'weights_T'] as const

/** Rejects an empty batch, per-token arrays of another length than the completion, and numbers that are not finite where they count. */
export function checkTrainSequences(data: readonly TrainSequence[]): void {
  if (data.length === 0) throw refuse('engine/empty-batch', 'data', 'There is nothing to train on.', 'Leave the step out when a filter has dropped every group.')
  data.forEach(checkPerToken)
}

function checkPerToken(sequence: TrainSequence, i: number): void {
  for (const name of PER_TOKEN) {
    const values = sequence[name]
    if (!values) continue
    const place = `data[${i}].${name}`
    if (values.length !== sequence.completion.length) {
      const message = `${place} has ${values.length} entries for ${sequence.completion.length} completion tokens.`
      throw refuse('engine/shape', place, message, 'Give one entry per completion token.')
    }
    const at = values.findIndex((value, t) => !Number.isFinite(value) && sequence.mask_T?.[t] !== 0)
    if (at >= 0) throw refuse('engine/not-finite', `${place}[${at}]`, `${place} holds ${values[at]}.`, 'Mask the token or give a finite number.')
  }
}

/** Rejects what a loss cannot be divided by (`engine/normalisation`). */
export function checkNormalisation(normalisation: Normalisation): void {
  const { denominator } = normalisation
  if (denominator !== undefined) checkDivisor('denominator', denominator)
  if (normalisation.kind === 'constant') checkDivisor('length', normalisation.length)
}

function checkDivisor(name: string, value: number): void {
  if (value > 0 && Number.isFinite(value)) return
  const message = `The ${name} of a loss's normalisation has to be a finite number above 0, not ${value}.`
  const remedy = 'Give the number of tokens or sequences that the calls of one step have together, or the length to divide by.'
  throw refuse('engine/normalisation', `normalisation.${name}`, message, remedy)
}

/** Rejects settings of the optimiser that are no numbers of at least 0 (`engine/optimizer-step`). */
export function checkOptimizerStep(step: OptimizerStep): void {
  for (const name of ['learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay', 'maxGradNorm'] as const) {
    if (Number.isFinite(step[name]) && step[name] >= 0) continue
    throw refuse('engine/optimizer-step', name, `${name} has to be a finite number of at least 0, not ${step[name]}.`, 'Correct the optimiser settings.')
  }
  if (step.name === 'adamw' && step.epsilon === 0) {
    throw refuse('engine/optimizer-step', 'epsilon', 'epsilon has to be above 0: a parameter without a gradient would become 0/0.', 'Take 1e-8.')
  }
}
