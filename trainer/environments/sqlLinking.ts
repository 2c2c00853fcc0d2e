import { quote } from '../graders/quote.ts'
import type { StepVerdict } from '../protocol/rollout.ts'
import { joinWords } from '../renderers/words.ts'
import type { Word } from '../renderers/words.ts'
import { COLUMN_WORDS } from './sqlQuery.ts'
import { TABLES } from './sqlTables.ts'

/** Tables and columns that a query names, in its order. */
function namesIn(query: string): string[] {
  const known = (word: string): boolean => COLUMN_WORDS.includes(word) || TABLES.some(({ name }) => name === word)
  return [...new Set(query.split(' ').filter(known))]
}

/** `pets ; name ; age`: schema linking, as it is called, before the query itself. */
export const writeLinking = (gold: string): string => namesIn(gold).join(' ; ')

/** Each step names a table or column that the gold query takes. */
export function checkLinking(steps: readonly (readonly Word[])[], gold: string): StepVerdict[] {
  const names = namesIn(gold)
  return steps.map((words) => {
    const text = joinWords(words)
    const ok = names.includes(text)
    return { from: words[0]!.from, to: words.at(-1)!.to, ok, why: `${quote(text)} ${ok ? 'is what the question is about' : 'is no table or column that the question is about'}.` }
  })
}
