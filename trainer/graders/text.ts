import { quote } from './quote.ts'

const LONGEST_ANSWER = 10_000

export interface TextRules {
  readonly ignoreCase: boolean
  /** Also drops punctuation and the English articles, as SQuAD's metric does. */
  readonly wordsOnly: boolean
}

/** Unicode NFC, white space collapsed and trimmed; then as the rules say. */
export function normaliseText(text: string, rules: TextRules): string {
  const cased = rules.ignoreCase ? text.normalize('NFC').toLowerCase() : text.normalize('NFC')
  const words = rules.wordsOnly ? cased.replace(/[\p{P}\p{S}]/gu, ' ').replace(/(?<![\p{L}\p{N}])(?:a|an|the)(?![\p{L}\p{N}])/giu, ' ') : cased
  return words.replace(/\s+/gu, ' ').trim()
}

/** Whether two texts are equal after normalising, with the reason. */
export function compareTexts(answer: string, expected: string, rules: TextRules): { readonly equal: boolean; readonly why: string } {
  if (answer.length > LONGEST_ANSWER) return { equal: false, why: `the answer has ${answer.length} characters, more than ${LONGEST_ANSWER}` }
  const [found, wanted] = [normaliseText(answer, rules), normaliseText(expected, rules)]
  return { equal: found === wanted, why: found === wanted ? `${quote(found)} is the expected text` : `${quote(found)} is not the expected ${quote(wanted)}` }
}
