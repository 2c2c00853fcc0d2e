import type { Engine, ModelInfo } from '../engines/engine.ts'

/** What a model goes on from. */
export interface PromptText {
  readonly text: string
  /** Made by the chat template, which writes what a text begins with itself. */
  readonly chat: boolean
}

/** Prompts as tokens: a plain text begins with what the model's tokenizer puts there, as the model was trained to read it. */
export async function encodePromptTexts(engine: Pick<Engine, 'encode'>, model: Pick<ModelInfo, 'beginOfTextTokens'>, prompts: readonly PromptText[]): Promise<number[][]> {
  const tokens = await engine.encode(prompts.map(({ text }) => text))
  return tokens.map((own, i) => (prompts[i]!.chat ? own : begun(own, model.beginOfTextTokens)))
}

/** Tokens of a plain text behind those that begin one, unless they stand there already; an empty text stays empty. */
export function begun(tokens: readonly number[], beginning: readonly number[]): number[] {
  const stands = beginning.every((token, i) => tokens[i] === token)
  return tokens.length === 0 || stands ? [...tokens] : [...beginning, ...tokens]
}
