import type { TextReader } from './textReader.ts'

/** No template writes this itself. */
const ANSWER = 'The answer is 42 apples.'

/**
 * The token with which a text to learn ends; empty where the model has none. Behind a chat template it is the end of text that the template sets
 * after an answer (`<|eot_id|>`, `<end_of_turn>`): models name several, and the first need not be the one that ends a turn.
 */
export async function turnEnd(engine: TextReader['engine'], model: TextReader['model'], chat: boolean): Promise<readonly number[]> {
  const { endOfTextTokens: ends, hasChatTemplate } = model
  if (ends.length < 2 || !chat || !hasChatTemplate) return ends.slice(0, 1)
  const [rendered] = await engine.renderChat([[{ role: 'user', content: 'How many?' }, { role: 'assistant', content: ANSWER }]])
  const [behind] = await engine.encode([rendered!.slice(rendered!.lastIndexOf(ANSWER) + ANSWER.length)])
  const end = behind!.find((token) => ends.includes(token)) ?? ends[0]!
  return [end]
}
