import { LabError } from '../errors.ts'
import type { Engine, ModelInfo } from '../engines/engine.ts'

/** What makes texts tokens: an engine with a model loaded, or as much of both as shows without computing anything. */
export interface TextReader {
  readonly engine: Pick<Engine, 'encode' | 'renderChat'>
  readonly model: Pick<ModelInfo, 'contextLength' | 'beginOfTextTokens' | 'endOfTextTokens' | 'hasChatTemplate'>
}

/** Why texts could not be read, where the tokenizer cannot express them; undefined where they were. */
export async function refusal(reading: Promise<unknown>): Promise<LabError | undefined> {
  try {
    await reading
    return undefined
  } catch (error) {
    if (LabError.is(error, 'engine/unknown-word')) return error
    throw error
  }
}

const LONGEST_SHOWN = 80

/** A text as it is shown in a sentence. */
export const shownText = (text: string): string => JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text)
