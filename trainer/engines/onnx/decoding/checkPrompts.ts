import { LabError } from '../../../errors.ts'
import type { SamplePrompt } from '../../engine.ts'
import type { ModelConfig } from '../model/modelConfig.ts'

function reject(code: string, message: string, place: string, remedy: string): never {
  throw new LabError('engine', code, message, { remedy, place })
}

/** Rejects prompts that are empty, longer than the context, or hold tokens outside the vocabulary. */
export function checkPrompts(config: ModelConfig, prompts: readonly SamplePrompt[]): void {
  prompts.forEach(({ tokens }, i) => {
    const place = `prompts[${i}].tokens`
    if (tokens.length === 0) {
      reject('engine/empty-prompt', `Prompt ${i} has no tokens, so nothing predicts the first one`, place, 'Begin it with at least one token.')
    }
    if (tokens.length > config.contextLength) {
      const message = `Prompt ${i} has ${tokens.length} tokens; the model takes ${config.contextLength}`
      reject('engine/context-length', message, place, 'Shorten the prompt, or take a model with a longer context.')
    }
    const at = tokens.findIndex((token) => !Number.isInteger(token) || token < 0 || token >= config.vocabularySize)
    if (at >= 0) {
      const message = `Token ${tokens[at]} of prompt ${i} is not in the vocabulary of ${config.vocabularySize}`
      reject('engine/token-range', message, `${place}[${at}]`, 'Use the tokenizer that belongs to the model.')
    }
  })
}
