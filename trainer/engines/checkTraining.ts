import { checkLength, checkPrompt, checkTokens, refuse } from './callLimits.ts'
import type { CallLimits } from './callLimits.ts'
import type { Loss, LossTerm, Normalisation, OptimizerStep, TokenSequence, TrainSequence } from './engine.ts'

/** Rejects token ids outside the vocabulary, sequences beyond the context and completions without a prompt. */
export function checkSequences(limits: CallLimits, sequences: readonly TokenSequence[]): void {
  sequences.forEach(({ prompt, completion }, i) => {
    checkLength(limits, prompt.length + completion.length, `sequences[${i}]`)
    checkPrompt(limits, prompt, `sequences[${i}].prompt`)
    checkTokens(limits, completion, `sequences[${i}].completion`)
  })
}

const PER_TOKEN = ['mask_T', 'advantages_T', 'behaviourLogprobs_T', 'referenceLogprobs_T', 'weights_T'] as const

function checkEntries(values: readonly unknown[], { completion }: TrainSequence, place: string): void {
  if (values.length === completion.length) return
  const message = `${place} has ${values.length} entries for ${completion.length} completion tokens.`
  throw refuse('engine/shape', place, message, 'Give one entry per completion token.')
}

/** Rejects an empty batch, per-token arrays of another length than the completion, and numbers that are not finite where they count. */
export function checkTrainSequences(data: readonly TrainSequence[]): void {
  if (data.length === 0) throw refuse('engine/empty-batch', 'data', 'There is nothing to train on.', 'Leave the step out when a filter has dropped every group.')
  data.forEach(checkPerToken)
  data.forEach(checkTargets)
}

function checkPerToken(sequence: TrainSequence, i: number): void {
  for (const name of PER_TOKEN) {
    const values = sequence[name]
    if (!values) continue
    const place = `data[${i}].${name}`
    checkEntries(values, sequence, place)
    const at = values.findIndex((value, t) => !Number.isFinite(value) && sequence.mask_T?.[t] !== 0)
    if (at >= 0) throw refuse('engine/not-finite', `${place}[${at}]`, `${place} holds ${values[at]}.`, 'Mask the token or give a finite number.')
  }
}

const NEEDS_TARGETS = ['stepLabels_T', 'returns_T'] as const

/** Null says that there is no target; a step label is a probability. */
function checkTargets(sequence: TrainSequence, i: number): void {
  for (const name of NEEDS_TARGETS) {
    const values = sequence[name]
    if (!values) continue
    const place = `data[${i}].${name}`
    checkEntries(values, sequence, place)
    const wrong = (value: number | null): boolean => value !== null && (!Number.isFinite(value) || (name === 'stepLabels_T' && (value < 0 || value > 1)))
    const at = values.findIndex((value, t) => wrong(value) && sequence.mask_T?.[t] !== 0)
    if (at < 0) continue
    const code = Number.isFinite(values[at]) ? 'engine/shape' : 'engine/not-finite'
    throw refuse(code, `${place}[${at}]`, `${place} holds ${values[at]}.`, 'Give a number (step labels lie from 0 to 1), or null where there is none.')
  }
}

/** Rejects a normalisation, a pairwise setting or pairs that make no sense (`engine/normalisation`, `engine/loss`, `engine/pair`). */
export function checkLoss(data: readonly TrainSequence[], loss: Loss): void {
  checkNormalisation(loss.normalisation)
  const pairwise = loss.terms.filter((term) => term.kind === 'pairwise')
  pairwise.forEach(checkPairwise)
  if (pairwise.length > 0) checkPairs(data)
}

function checkPairwise({ beta, labelSmoothing = 0, margin = 0 }: Extract<LossTerm, { kind: 'pairwise' }>): void {
  const rules: [string, number, boolean, string][] = [
    ['beta', beta, Number.isFinite(beta) && beta > 0, 'a finite number above 0'],
    ['labelSmoothing', labelSmoothing, labelSmoothing >= 0 && labelSmoothing < 0.5, 'from 0 to below 0.5'],
    ['margin', margin, Number.isFinite(margin), 'a finite number']
  ]
  for (const [name, value, holds, wanted] of rules) {
    if (!holds) throw refuse('engine/loss', name, `${name} of a pairwise term has to be ${wanted}, not ${value}.`, 'Correct the settings of the loss.')
  }
}

/** Every name has one chosen and one rejected side. */
function checkPairs(data: readonly TrainSequence[]): void {
  const sides = new Map<string, string[]>()
  for (const { pair } of data) if (pair) sides.set(pair.name, [...(sides.get(pair.name) ?? []), pair.side])
  for (const [name, found] of sides) {
    if (found.length === 2 && found.includes('chosen') && found.includes('rejected')) continue
    const message = `The pair ${JSON.stringify(name)} has the sides ${found.join(', ')}.`
    throw refuse('engine/pair', name, message, 'Give each pair one chosen and one rejected sequence in the same call.')
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
