import { quote } from '../graders/quote.ts'
import type { StepVerdict } from '../protocol/rollout.ts'
import { joinWords } from '../renderers/words.ts'
import type { Word } from '../renderers/words.ts'
import { numbersFault } from './countdownGrade.ts'
import { calculate, OPERATORS } from './countdownSearch.ts'
import type { CountdownOperator } from './countdownSearch.ts'

/** Each equation of an attempt and its claim (`ok` = the target is reached by the numbers given, `no` = it is not). */
export function checkCountdownSteps(steps: readonly (readonly Word[])[], numbers: readonly number[], target: number): StepVerdict[] {
  return steps.flatMap((step) => checkAttempt(step, numbers, target))
}

function checkAttempt(step: readonly Word[], numbers: readonly number[], target: number): StepVerdict[] {
  const claim = isClaim(step.at(-1)!.text) ? step.at(-1)! : null
  const words = claim === null ? step : step.slice(0, -1)
  const attempt = words.length === 0 ? null : parseAttempt(words)
  if (attempt === null) return [verdict(step, false, 'is not an attempt of the form “a + b = c * d = e”')]
  const verdicts = attempt.equations.map(checkEquation)
  if (claim !== null) verdicts.push(checkClaim(claim, attempt, numbers, target))
  return verdicts
}

const isClaim = (word: string): boolean => word === 'ok' || word === 'no'

interface Equation {
  readonly left: number
  readonly operator: CountdownOperator
  readonly right: number
  readonly written: number
  /** The words that are this equation's own: the left side of a later one belongs to the one before. */
  readonly words: readonly Word[]
}

interface WrittenAttempt {
  readonly equations: readonly Equation[]
  readonly used: readonly number[]
  readonly result: number
}

/** `a op b = c op d = e` as words; null where it is anything else. */
function parseAttempt(words: readonly Word[]): WrittenAttempt | null {
  const equations: Equation[] = []
  let left = parseNumber(words[0])
  if (left === null || words.length < 5 || words.length % 4 !== 1) return null
  const used = [left]
  for (let i = 1; i < words.length; i += 4) {
    const operator = OPERATORS.find((candidate) => candidate === words[i]!.text)
    const right = parseNumber(words[i + 1])
    const written = parseNumber(words[i + 3])
    if (operator === undefined || right === null || written === null || words[i + 2]!.text !== '=') return null
    equations.push({ left, operator, right, written, words: words.slice(i === 1 ? 0 : i, i + 4) })
    used.push(right)
    left = written
  }
  return { equations, used, result: left }
}

const parseNumber = (word: Word | undefined): number | null => (word !== undefined && /^[0-9]{1,6}$/.test(word.text) ? Number(word.text) : null)

function checkEquation({ left, operator, right, written, words }: Equation): StepVerdict {
  const value = calculate(left, operator, right)
  const text = `${left} ${operator} ${right} = ${written}`
  const why = value === written ? `“${text}” is true.` : `“${text}” is false: the value is ${value}.`
  return { from: words[0]!.from, to: words.at(-1)!.to, ok: value === written, why }
}

function checkClaim(claim: Word, { used, result }: WrittenAttempt, numbers: readonly number[], target: number): StepVerdict {
  const fault = result === target ? numbersFault(used, { numbers, useAll: false }) : `ends at ${result}, not at ${target}`
  const ok = (claim.text === 'ok') === (fault === null)
  const fact = fault === null ? `the attempt reaches ${target}` : `the attempt ${fault}`
  return { from: claim.from, to: claim.to, ok, why: `“${claim.text}” is ${ok ? 'true' : 'false'}: ${fact}.` }
}

function verdict(words: readonly Word[], ok: boolean, why: string): StepVerdict {
  return { from: words[0]!.from, to: words.at(-1)!.to, ok, why: `${quote(joinWords(words))} ${why}.` }
}
