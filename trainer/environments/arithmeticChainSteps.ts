import { quote } from '../graders/quote.ts'
import type { StepVerdict } from '../protocol/rollout.ts'
import { joinWords } from '../renderers/words.ts'
import type { Word } from '../renderers/words.ts'
import { apply, parseOperations, parseValue } from './chain.ts'
import type { Chain } from './chain.ts'

/** Where a trace stands in its chain. */
interface Progress {
  readonly value: number
  readonly done: number
}

/**
 * A step is true where its arithmetic is and it takes up the chain where the step before left it. It goes on from the value
 * that was written, right or wrong, so that one mistake counts once.
 */
export function checkChainSteps(steps: readonly (readonly Word[])[], chain: Chain): StepVerdict[] {
  let progress: Progress = { value: chain.start, done: 0 }
  return steps.map((words) => {
    const { next, fault } = checkStep(words, chain, progress)
    progress = next
    const line = quote(joinWords(words))
    return { from: words[0]!.from, to: words.at(-1)!.to, ok: fault === null, why: `${line} ${fault ?? 'is true modulo 50'}.` }
  })
}

function checkStep(words: readonly Word[], chain: Chain, progress: Progress): { next: Progress; fault: string | null } {
  const texts = words.map((word) => word.text)
  const line = texts.at(-2) === '=' ? parseOperations(texts.slice(0, -2)) : null
  const written = parseValue(texts.at(-1))
  if (line === null || written === null) return { next: progress, fault: 'is not of the form “a + b = c”' }
  const next = { value: written, done: progress.done + line.operations.length }
  return { next, fault: contextFault(line, chain, progress) ?? arithmeticFault(line, written) }
}

function contextFault(line: Chain, chain: Chain, progress: Progress): string | null {
  if (line.start !== progress.value) return `starts from ${line.start}, not from ${progress.value}`
  const expected = chain.operations.slice(progress.done)
  const follows = line.operations.every((operation, i) => operation.operator === expected[i]?.operator && operation.operand === expected[i].operand)
  return follows ? null : 'does not take the next operations of the chain'
}

function arithmeticFault(line: Chain, written: number): string | null {
  const value = line.operations.reduce(apply, line.start)
  return value === written ? null : `is false: the value is ${value} modulo 50`
}
