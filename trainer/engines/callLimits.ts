import { LabError } from '../errors.ts'

/** What the tokens of a call are checked against. */
export interface CallLimits {
  readonly vocabularySize: number
  readonly contextLength: number
}

/** A call that no engine can make sense of. */
export function refuse(code: string, place: string, message: string, remedy: string): LabError {
  return new LabError('engine', code, message, { place, remedy })
}

export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

/** Rejects token ids outside the vocabulary with `engine/token-range`. */
export function checkTokens({ vocabularySize }: CallLimits, tokens: readonly number[], place: string): void {
  const at = tokens.findIndex((token) => !isCount(token) || token >= vocabularySize)
  if (at < 0) return
  const message = `Token ${tokens[at]} is not in the vocabulary of ${vocabularySize}.`
  throw refuse('engine/token-range', `${place}[${at}]`, message, 'Use the tokenizer that belongs to the model.')
}

/** Rejects more tokens than the context holds with `engine/context-length`. */
export function checkLength({ contextLength }: CallLimits, tokens: number, place: string): void {
  if (tokens <= contextLength) return
  const message = `${place} has ${tokens} tokens; the model takes ${contextLength}.`
  throw refuse('engine/context-length', place, message, 'Shorten the prompt or max tokens, or take a model with a longer context.')
}

/** Rejects a prompt that is empty (`engine/empty-prompt`) or holds tokens outside the vocabulary. */
export function checkPrompt(limits: CallLimits, tokens: readonly number[], place: string): void {
  if (tokens.length === 0) throw refuse('engine/empty-prompt', place, `${place} has no tokens, so nothing predicts the next one.`, 'Begin it with at least one token.')
  checkTokens(limits, tokens, place)
}
