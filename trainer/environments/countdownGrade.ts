import { evaluate, operands, parseExpression } from '../graders/expression.ts'
import { quote } from '../graders/quote.ts'
import { equal, formatRational, rational } from '../graders/rational.ts'
import type { Trace } from '../renderers/trace.ts'
import type { Verdict } from './environment.ts'
import { answerText, right, wrong } from './verdict.ts'

export interface CountdownTask {
  readonly numbers: readonly number[]
  readonly target: number
  readonly useAll: boolean
}

/** Right where the answer is an expression over the given numbers, each at most once, with the target as its value. */
export function gradeCountdown(trace: Trace, task: CountdownTask): Verdict {
  const found = answerText(trace)
  if ('verdict' in found) return found.verdict
  const parsed = parseExpression(found.text)
  if (!parsed.ok) return wrong(null, `The answer cannot be read: ${parsed.why}.`)
  const fault = numbersFault(operands(parsed.value), task)
  if (fault !== null) return wrong(found.text, `${quote(found.text)} ${fault}.`)
  const value = evaluate(parsed.value)
  if (value === null) return wrong(found.text, `${quote(found.text)} divides by zero.`)
  if (!equal(value, rational(task.target))) return wrong(found.text, `${quote(found.text)} is ${formatRational(value)}, not ${task.target}.`)
  return right(found.text, `${quote(found.text)} is ${task.target}.`)
}

/** What is wrong with the numbers used; null = nothing. */
export function numbersFault(used: readonly number[], { numbers, useAll }: Omit<CountdownTask, 'target'>): string | null {
  const left = [...numbers]
  for (const number of used) {
    const at = left.indexOf(number)
    if (at < 0) return numbers.includes(number) ? `uses ${number} more often than it is given` : `uses ${number}, which is not given`
    left.splice(at, 1)
  }
  return useAll && left.length > 0 ? `does not use ${left.join(' and ')}` : null
}
