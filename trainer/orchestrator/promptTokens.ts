import type { Engine, ModelInfo } from '../engines/engine.ts'
import type { Message } from '../protocol/problem.ts'

/** What a model is to go on from: a plain text, and for models with a chat template a conversation in its place. */
export interface PlainOrChat {
  readonly prompt: string
  readonly messages?: readonly Message[] | undefined
}

/** A prompt as the model reads it. */
export interface ReadPrompt {
  readonly text: string
  readonly tokens: number[]
  /** Made by the chat template, which writes what a text begins with itself. */
  readonly chat: boolean
}

type PromptEngine = Pick<Engine, 'encode' | 'renderChat'>
type PromptModel = Pick<ModelInfo, 'hasChatTemplate' | 'beginOfTextTokens'>

/** A plain text begins with what the model's tokenizer puts there, as the model was trained to read it. */
export async function readPrompts(engine: PromptEngine, model: PromptModel, prompts: readonly PlainOrChat[]): Promise<ReadPrompt[]> {
  const texts = await promptTexts(engine, model, prompts)
  const tokens = await engine.encode(texts.map(({ text }) => text))
  return texts.map(({ text, chat }, i) => ({ text, chat, tokens: chat ? tokens[i]! : begun(tokens[i]!, model.beginOfTextTokens) }))
}

export async function readPrompt(engine: PromptEngine, model: PromptModel, prompt: PlainOrChat): Promise<ReadPrompt> {
  const [read] = await readPrompts(engine, model, [prompt])
  return read!
}

/** A text as what a user says. */
export const saidByUser = (prompt: string): PlainOrChat => ({ prompt, messages: [{ role: 'user', content: prompt }] })

/** Tokens of a plain text behind those that begin one, unless they stand there already; an empty text stays empty. */
export function begun(tokens: readonly number[], beginning: readonly number[]): number[] {
  const stands = beginning.every((token, i) => tokens[i] === token)
  return tokens.length === 0 || stands ? [...tokens] : [...beginning, ...tokens]
}

async function promptTexts(engine: PromptEngine, model: PromptModel, prompts: readonly PlainOrChat[]): Promise<Omit<ReadPrompt, 'tokens'>[]> {
  const chats = prompts.flatMap(({ messages }) => (model.hasChatTemplate && messages ? [messages] : []))
  const rendered = chats.length === 0 ? [] : await engine.renderChat(chats)
  let next = 0
  return prompts.map(({ prompt, messages }) => (model.hasChatTemplate && messages ? { text: rendered[next++]!, chat: true } : { text: prompt, chat: false }))
}
