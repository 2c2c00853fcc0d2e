import { quote } from '../graders/quote.ts'
import type { StepVerdict } from '../protocol/rollout.ts'
import { joinWords } from '../renderers/words.ts'
import type { Word } from '../renderers/words.ts'
import type { Composition } from './composition.ts'
import { findFunction, formatLetters, parseLetters } from './stringFunctions.ts'
import type { Letters } from './stringFunctions.ts'

/** Where a trace stands in its composition. */
interface Progress {
  readonly letters: Letters
  readonly done: number
}

/**
 * A step is true where it applies the next function to the letters that the step before wrote, right or wrong, so that one
 * mistake counts once. After a function left out the next step is judged from there on.
 */
export function checkCompositionSteps(steps: readonly (readonly Word[])[], composition: Composition): StepVerdict[] {
  let progress: Progress = { letters: composition.letters, done: 0 }
  return steps.map((words) => {
    const { next, ok, why } = checkStep(words, composition, progress)
    progress = next
    return { from: words[0]!.from, to: words.at(-1)!.to, ok, why: `${quote(joinWords(words))} ${why}.` }
  })
}

function checkStep(words: readonly Word[], { functions }: Composition, progress: Progress): { next: Progress; ok: boolean; why: string } {
  const entry = findFunction(words[0]?.text)
  const written = parseLetters(words.slice(1).map((word) => word.text))
  if (entry === null || written === null) return { next: progress, ok: false, why: 'is not a function and five letters' }
  const at = functions.indexOf(entry, progress.done)
  const next = { letters: written, done: at < 0 ? progress.done : at + 1 }
  if (at !== progress.done) return { next, ok: false, why: orderFault(functions[progress.done]?.name) }
  const expected = formatLetters(entry.apply(progress.letters))
  const ok = expected === formatLetters(written)
  return { next, ok, why: ok ? 'is true' : `is false: ${entry.name} gives ${expected}` }
}

const orderFault = (expected: string | undefined): string =>
  expected === undefined ? 'is one function too many' : `comes where ${expected} is to be applied`
