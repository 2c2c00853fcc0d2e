import { LabError } from '../errors.ts'
import type { Engine, ModelInfo } from '../engines/engine.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Segment } from '../protocol/rollout.ts'
import type { DrawnProblem } from './problemSource.ts'
import { encodePromptTexts } from './promptTokens.ts'
import type { PromptText } from './promptTokens.ts'

export type EncodedPrompt = Segment['samplePrompt']

/**
 * Prompts as the model sees them: through its chat template where it has one and the problem has messages.
 * @throws LabError `environment/prompt-too-long` or `environment/empty-prompt`, naming the problem that leaves no room for the
 * completion or has no tokens; `environment/model-mismatch` where the tokenizer cannot express the prompts.
 */
export async function encodePrompts(engine: Engine, model: ModelInfo, drawn: readonly DrawnProblem[], maxTokens: number): Promise<EncodedPrompt[]> {
  const texts = await promptTexts(engine, model, drawn.map(({ problem }) => problem))
  const tokens = await readable('prompts', drawn, encodePromptTexts(engine, model, texts))
  return drawn.map(({ problem }, i) => {
    requireTokens(problem, tokens[i]!.length)
    requireRoom(problem, tokens[i]!.length, maxTokens, model.contextLength)
    return encoded(problem, texts[i]!, tokens[i]!)
  })
}

/** @throws LabError `environment/model-mismatch` where the tokenizer cannot express a demonstration of these problems. */
export const encodeDemonstrations = (engine: Engine, drawn: readonly DrawnProblem[], texts: readonly string[]): Promise<number[][]> =>
  readable('demonstrations', drawn, engine.encode(texts))

async function readable(what: 'prompts' | 'demonstrations', drawn: readonly DrawnProblem[], tokens: Promise<number[][]>): Promise<number[][]> {
  try {
    return await tokens
  } catch (error) {
    if (!LabError.is(error, 'engine/unknown-word')) throw error
    throw cannotRead(what, [...new Set(drawn.map(({ problem }) => problem.environment))].join(', '), error)
  }
}

/** What a word that the tokenizer lacks means for the texts of these environments. */
export function cannotRead(what: 'prompts' | 'demonstrations', environments: string, cause: LabError): LabError {
  return new LabError('environment', 'environment/model-mismatch', `The model cannot read the ${what} of ${environments}: ${cause.message}`, {
    remedy: 'Take a model whose tokenizer knows the words of the environment, or make a new one for it.', cause, ...(cause.place !== undefined && { place: cause.place })
  })
}

/** The same for prompts made of completions, which may be long: null where there is no room for a completion of `maxTokens`. */
export async function encodeFitting(
  engine: Engine, model: ModelInfo, drawn: readonly DrawnProblem[], maxTokens: number
): Promise<(EncodedPrompt | null)[]> {
  const texts = await promptTexts(engine, model, drawn.map(({ problem }) => problem))
  const tokens = await readable('prompts', drawn, encodePromptTexts(engine, model, texts))
  return drawn.map(({ problem }, i) => (tokens[i]!.length + maxTokens > model.contextLength ? null : encoded(problem, texts[i]!, tokens[i]!)))
}

function encoded({ messages }: Problem, { text, chat }: PromptText, tokens: readonly number[]): EncodedPrompt {
  return { text, tokens: [...tokens], ...(chat && messages && { messages }) }
}

async function promptTexts(engine: Engine, model: ModelInfo, problems: readonly Problem[]): Promise<PromptText[]> {
  const chats = problems.flatMap(({ messages }) => (model.hasChatTemplate && messages ? [messages] : []))
  const rendered = chats.length === 0 ? [] : await engine.renderChat(chats)
  let next = 0
  return problems.map(({ prompt, messages }) => (model.hasChatTemplate && messages ? { text: rendered[next++]!, chat: true } : { text: prompt, chat: false }))
}

function requireTokens(problem: Problem, promptTokens: number): void {
  if (promptTokens > 0) return
  const line = problem.params['line'] === undefined ? '' : ` (line ${problem.params['line']} of its dataset)`
  throw new LabError('environment', 'environment/empty-prompt', `Problem ${problem.id} of ${problem.environment}${line} has a prompt without tokens.`, {
    remedy: 'Give every problem a prompt.', place: problem.id
  })
}

export function requireRoom(problem: Problem, promptTokens: number, completionTokens: number, contextLength: number): void {
  if (promptTokens + completionTokens <= contextLength) return
  throw new LabError(
    'environment', 'environment/prompt-too-long',
    `Problem ${problem.id} of ${problem.environment} has ${promptTokens} prompt tokens; with ${completionTokens} for the completion that is more than the model's context of ${contextLength}.`,
    { remedy: 'Lower sampling.maxTokens, choose easier problems, or take a model with a longer context.', place: problem.id }
  )
}
