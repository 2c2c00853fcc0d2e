import { LabError } from '../errors.ts'
import type { Engine, ModelInfo, SampledCompletion } from '../engines/engine.ts'
import type { Problem } from '../protocol/problem.ts'
import type { ToldTokens } from './turns.ts'

/** A turn that ended and what is to be told of it. */
export interface Telling {
  readonly problem: Problem
  readonly completion: Pick<SampledCompletion, 'tokens'>
  readonly feedback: string
}

/** Stands for the model's words in a rendered chat: what follows it comes between two turns. */
const TURN = '\u{F0000}'

/**
 * What is told, as tokens that follow the turn's own: tokens of the turn are never made anew from text. Through the chat template, as a message of
 * the user, where the model has one and the problem has messages.
 * @throws LabError `model/chat-template` where the template does not keep the model's words.
 */
export async function encodeTold(engine: Engine, model: ModelInfo, tellings: readonly Telling[]): Promise<ToldTokens[]> {
  const chats = tellings.flatMap(({ problem, feedback }) =>
    model.hasChatTemplate && problem.messages
      ? [[...problem.messages, { role: 'assistant' as const, content: TURN }, { role: 'user' as const, content: feedback }]]
      : [])
  const rendered = chats.length === 0 ? [] : await engine.renderChat(chats)
  let next = 0
  const texts = tellings.map(({ problem, feedback }) => (model.hasChatTemplate && problem.messages ? afterTurn(rendered[next++]!) : feedback))
  const tokens = await engine.encode(texts)
  return tellings.map(({ completion }, i) => ({ text: texts[i]!.trim(), tokens: withoutEnd(tokens[i]!, completion.tokens.at(-1), model) }))
}

function afterTurn(chat: string): string {
  const at = chat.lastIndexOf(TURN)
  if (at >= 0) return chat.slice(at + TURN.length)
  throw new LabError('model', 'model/chat-template', 'The chat template leaves out what the model has said, so that no further turn can follow.', {
    remedy: 'Take the rollout strategy “plain”, or a model whose chat template keeps earlier answers.', place: 'rollouts.strategy'
  })
}

/** A template closes the turn; so did the model, where it ended its text itself. */
export function withoutEnd(tokens: readonly number[], last: number | undefined, { endOfTextTokens }: Pick<ModelInfo, 'endOfTextTokens'>): readonly number[] {
  return last !== undefined && endOfTextTokens.includes(last) && tokens[0] === last ? tokens.slice(1) : tokens
}
