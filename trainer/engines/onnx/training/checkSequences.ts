import { LabError } from '../../../errors.ts'
import type { TokenSequence, TrainSequence } from '../../engine.ts'
import type { ModelConfig } from '../model/modelConfig.ts'

function reject(code: string, message: string, place: string, remedy: string): never {
  throw new LabError('engine', code, message, { remedy, place })
}

/** Rejects token ids outside the vocabulary, sequences beyond the context and completions without a prompt. */
export function checkSequences(config: ModelConfig, sequences: readonly TokenSequence[]): void {
  sequences.forEach(({ prompt, completion }, i) => {
    if (prompt.length === 0) {
      reject('engine/empty-prompt', `Sequence ${i} has no prompt, so nothing predicts its first token`, `sequences[${i}].prompt`, 'Begin it with at least one token.')
    }
    if (prompt.length + completion.length > config.contextLength) {
      const length = prompt.length + completion.length
      reject('engine/context-length', `Sequence ${i} has ${length} tokens; the model takes ${config.contextLength}`, `sequences[${i}]`, 'Shorten the prompt or max tokens, or take a model with a longer context.')
    }
    checkTokens(config, prompt, `sequences[${i}].prompt`)
    checkTokens(config, completion, `sequences[${i}].completion`)
  })
}

function checkTokens(config: ModelConfig, tokens: readonly number[], place: string): void {
  const at = tokens.findIndex((token) => !Number.isInteger(token) || token < 0 || token >= config.vocabularySize)
  if (at >= 0) {
    reject('engine/token-range', `Token ${tokens[at]} is not in the vocabulary of ${config.vocabularySize}`, `${place}[${at}]`, 'Use the tokenizer that belongs to the model.')
  }
}

const PER_TOKEN = ['mask_T', 'advantages_T', 'behaviourLogprobs_T', 'referenceLogprobs_T', 'weights_T'] as const

/** Rejects per-token arrays of another length than the completion, and numbers that are not finite where they count. */
export function checkTrainSequences(data: readonly TrainSequence[]): void {
  data.forEach((sequence, i) => {
    for (const name of PER_TOKEN) {
      const values = sequence[name]
      if (!values) continue
      if (values.length !== sequence.completion.length) {
        reject('engine/shape', `${name} of sequence ${i} has ${values.length} entries for ${sequence.completion.length} completion tokens`, `data[${i}].${name}`, 'Give one entry per completion token.')
      }
      const at = values.findIndex((value, t) => !Number.isFinite(value) && sequence.mask_T?.[t] !== 0)
      if (at >= 0) reject('engine/not-finite', `${name} of sequence ${i} holds ${values[at]}`, `data[${i}].${name}[${at}]`, 'Mask the token or give a finite number.')
    }
  })
}
