import type { TrainSequence } from '../engines/engine.ts'
import type { ToolRanges } from '../protocol/labelRows.ts'
import { withoutEnd } from './toldEncoder.ts'
import type { TextReader } from './textReader.ts'
import { turnsIn } from './turns.ts'

/** A completion to learn; what tools answered in it is masked. */
export type LearntCompletion = Pick<TrainSequence, 'completion' | 'mask_T'>

/**
 * A row's completion as tokens, without an end of its own. Of several turns each is encoded by itself and all but the last end as a text does: so they
 * were sampled, and what a tool answered came behind the end. No line break around such an answer is one that the model wrote.
 */
export async function turnTokens(
  { engine, model }: TextReader, text: string, tool: ToolRanges | undefined, end: readonly number[]
): Promise<LearntCompletion> {
  const { turns, told } = turnsIn(text, (tool ?? []).map(({ from, to }) => ({ kind: 'tool', from: units(text, from), to: units(text, to) })))
  const answers = told.map(({ from }, i) => text.slice(from, turns[i + 1]!.from))
  const encoded = await engine.encode([...turns.map(({ from, to }) => text.slice(from, to)), ...answers])
  const parts = turns.flatMap((_, i) => {
    const answer = encoded[turns.length + i]
    const written = { tokens: encoded[i]!, mask: 1 }
    return answer === undefined ? [written] : [{ ...written, tokens: [...written.tokens, ...end] }, { tokens: withoutEnd(answer, end.at(-1), model), mask: 0 }]
  })
  const completion = parts.flatMap(({ tokens }) => tokens)
  return answers.length === 0 ? { completion } : { completion, mask_T: parts.flatMap(({ tokens, mask }) => tokens.map(() => mask)) }
}

/** With the tokens that end it, which are learnt. */
export const ended = ({ completion, mask_T }: LearntCompletion, end: readonly number[]): LearntCompletion =>
  ({ completion: [...completion, ...end], ...(mask_T && { mask_T: [...mask_T, ...end.map(() => 1)] }) })

/** UTF-16 units of so many code points from the start. */
const units = (text: string, codePoints: number): number => Array.from(text).slice(0, codePoints).join('').length
