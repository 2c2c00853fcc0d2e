import { parseList, parseListProgram, runListProgram, sameList } from '../graders/listProgram.ts'
import type { List, ListProgram, Primitive } from '../graders/listProgram.ts'
import { quote } from '../graders/quote.ts'
import type { StepVerdict } from '../protocol/rollout.ts'
import { joinWords } from '../renderers/words.ts'
import type { Word } from '../renderers/words.ts'
import type { Example } from './listTask.ts'

/** The proposal under check and how many examples it was found to fit. */
interface Progress {
  readonly program: ListProgram | null
  readonly fitted: number
}

/**
 * Each list of a check (true = the function applied to the list written before) and its claim (`ok` = the last list written is
 * the example's output). A check that starts with `:` goes on with the proposal before, on the next example.
 */
export function checkListSteps(steps: readonly (readonly Word[])[], examples: readonly Example[]): StepVerdict[] {
  let progress: Progress = { program: null, fitted: 0 }
  return steps.flatMap((step) => {
    const { next, verdicts } = checkStep(step, examples, progress)
    progress = next
    return verdicts
  })
}

function checkStep(step: readonly Word[], examples: readonly Example[], before: Progress): { next: Progress; verdicts: StepVerdict[] } {
  const colon = step.findIndex((word) => word.text === ':')
  const progress = colon === 0 ? before : { program: readProgram(step.slice(0, colon)), fitted: 0 }
  const example = examples[progress.fitted]
  const claim = step.at(-1)!
  const lists = splitLists(step.slice(colon + 1, -1))
  if (colon < 0 || progress.program === null || lists.length !== progress.program.length || !isClaim(claim)) {
    return { next: progress, verdicts: [verdict(step, false, 'is not a check of the form “reverse +3 : 4 1 3 , 7 4 6 ok”')] }
  }
  if (example === undefined) return { next: progress, verdicts: [verdict(step, false, 'checks more examples than there are')] }
  const verdicts = checkLists(progress.program, lists, example.input)
  verdicts.push(checkClaim(claim, lists.at(-1)!, example.output))
  return { next: { ...progress, fitted: progress.fitted + (claim.text === 'ok' ? 1 : 0) }, verdicts }
}

const isClaim = (word: Word): boolean => word.text === 'ok' || word.text === 'no'

function readProgram(words: readonly Word[]): ListProgram | null {
  const parsed = parseListProgram(words.map((word) => word.text))
  return parsed.ok ? parsed.value : null
}

/** Digits of each list between commas, with the words they stand in. */
interface WrittenList {
  readonly words: readonly Word[]
  readonly values: List | null
}

function splitLists(words: readonly Word[]): WrittenList[] {
  const parts: Word[][] = [[]]
  for (const word of words) {
    if (word.text === ',') parts.push([])
    else parts.at(-1)!.push(word)
  }
  return parts.map((part) => ({ words: part, values: parseList(part.map((word) => word.text)) }))
}

function checkLists(program: ListProgram, lists: readonly WrittenList[], input: List): StepVerdict[] {
  let before: List | null = input
  return lists.flatMap((list, i) => {
    const from = before
    before = list.values
    return list.words.length === 0 ? [] : [checkList(program[i]!, from, list)]
  })
}

function checkList(primitive: Primitive, from: List | null, { words, values }: WrittenList): StepVerdict {
  if (values === null || from === null) return verdict(words, false, 'does not follow from a list of digits')
  const expected = runListProgram([primitive], from)
  const ok = sameList(expected, values)
  return verdict(words, ok, ok ? `is ${primitive.name} of ${from.join(' ')}` : `is not ${primitive.name} of ${from.join(' ')}: that is ${expected.join(' ')}`)
}

function checkClaim(claim: Word, last: WrittenList, output: List): StepVerdict {
  const reached = last.values !== null && sameList(last.values, output)
  return verdict([claim], (claim.text === 'ok') === reached, `is claimed of ${quote(joinWords(last.words))} where the example has ${output.join(' ')}`)
}

function verdict(words: readonly Word[], ok: boolean, why: string): StepVerdict {
  return { from: words[0]!.from, to: words.at(-1)!.to, ok, why: `${quote(joinWords(words))} ${why}.` }
}
