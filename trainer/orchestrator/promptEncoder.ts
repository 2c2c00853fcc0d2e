import { LabError } from '../errors.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Segment } from '../protocol/rollout.ts'
import type { DrawnProblem } from './problemSource.ts'
import { readPrompts } from './promptTokens.ts'
import type { ReadPrompt } from './promptTokens.ts'
import type { TextReader } from './textReader.ts'

export type EncodedPrompt = Segment['samplePrompt']

/**
 * Prompts as the model sees them: through its chat template where it has one and the problem has messages.
 * @throws LabError `environment/prompt-too-long` or `environment/empty-prompt`, naming the problem that leaves no room for the
 * completion or has no tokens; `environment/model-mismatch` where the tokenizer cannot express the prompts.
 */
export async function encodePrompts(engine: TextReader['engine'], model: TextReader['model'], drawn: readonly DrawnProblem[], maxTokens: number): Promise<EncodedPrompt[]> {
  const prompts = await promptsOf(engine, model, drawn)
  return drawn.map(({ problem }, i) => {
    const { length } = prompts[i]!.tokens
    requireTokens(problem, length)
    requireRoom(problem, length, maxTokens, model.contextLength)
    return encoded(problem, prompts[i]!)
  })
}

/** @throws LabError `environment/model-mismatch` where the tokenizer cannot express a demonstration of these problems. */
export const encodeDemonstrations = (engine: TextReader['engine'], drawn: readonly DrawnProblem[], texts: readonly string[]): Promise<number[][]> =>
  readable('demonstrations', drawn, engine.encode(texts))

const promptsOf = (engine: TextReader['engine'], model: TextReader['model'], drawn: readonly DrawnProblem[]): Promise<ReadPrompt[]> =>
  readable('prompts', drawn, readPrompts(engine, model, drawn.map(({ problem }) => problem)))

async function readable<T>(what: 'prompts' | 'demonstrations', drawn: readonly DrawnProblem[], read: Promise<T>): Promise<T> {
  try {
    return await read
  } catch (error) {
    if (!LabError.is(error, 'engine/unknown-word')) throw error
    throw cannotRead(what, [...new Set(drawn.map(({ problem }) => problem.environment))].join(', '), error)
  }
}

/** What a word that the tokenizer lacks means for the texts of these environments. */
function cannotRead(what: 'prompts' | 'demonstrations', environments: string, cause: LabError): LabError {
  return new LabError('environment', 'environment/model-mismatch', `The model cannot read the ${what} of ${environments}: ${cause.message}`, {
    remedy: 'Take a model whose tokenizer knows the words of the environment, or make a new one for it.', cause, ...(cause.place !== undefined && { place: cause.place })
  })
}

/** The same for prompts made of completions, which may be long: null where there is no room for a completion of `maxTokens`. */
export async function encodeFitting(
  engine: TextReader['engine'], model: TextReader['model'], drawn: readonly DrawnProblem[], maxTokens: number
): Promise<(EncodedPrompt | null)[]> {
  const prompts = await promptsOf(engine, model, drawn)
  return drawn.map(({ problem }, i) => (prompts[i]!.tokens.length + maxTokens > model.contextLength ? null : encoded(problem, prompts[i]!)))
}

function encoded({ messages }: Problem, { text, tokens, chat }: ReadPrompt): EncodedPrompt {
  return { text, tokens, ...(chat && messages && { messages }) }
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
