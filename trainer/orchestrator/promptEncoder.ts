import { LabError } from '../errors.ts'
import type { Engine, ModelInfo } from '../engines/engine.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Segment } from '../protocol/rollout.ts'
import type { DrawnProblem } from './problemSource.ts'

export type EncodedPrompt = Segment['samplePrompt']

/**
 * Prompts as the model sees them: through its chat template where it has one and the problem has messages.
 * @throws LabError `environment/prompt-too-long` naming the problem that leaves no room for the completion.
 */
export async function encodePrompts(engine: Engine, model: ModelInfo, drawn: readonly DrawnProblem[], maxTokens: number): Promise<EncodedPrompt[]> {
  const texts = await promptTexts(engine, model, drawn.map(({ problem }) => problem))
  const tokens = await engine.encode(texts)
  return drawn.map(({ problem }, i) => {
    requireRoom(problem, tokens[i]!.length, maxTokens, model.contextLength)
    const messages = model.hasChatTemplate ? problem.messages : undefined
    return { text: texts[i]!, tokens: tokens[i]!, ...(messages && { messages }) }
  })
}

async function promptTexts(engine: Engine, model: ModelInfo, problems: readonly Problem[]): Promise<string[]> {
  const chats = problems.flatMap(({ messages }) => (model.hasChatTemplate && messages ? [messages] : []))
  const rendered = chats.length === 0 ? [] : await engine.renderChat(chats)
  let next = 0
  return problems.map(({ prompt, messages }) => (model.hasChatTemplate && messages ? rendered[next++]! : prompt))
}

export function requireRoom(problem: Problem, promptTokens: number, completionTokens: number, contextLength: number): void {
  if (promptTokens + completionTokens <= contextLength) return
  throw new LabError(
    'environment', 'environment/prompt-too-long',
    `Problem ${problem.id} of ${problem.environment} has ${promptTokens} prompt tokens; with ${completionTokens} for the completion that is more than the model's context of ${contextLength}.`,
    { remedy: 'Lower sampling.maxTokens, choose easier problems, or take a model with a longer context.', place: problem.id }
  )
}
