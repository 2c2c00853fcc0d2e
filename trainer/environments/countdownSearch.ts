import type { Random } from '../random/random.ts'

export const OPERATORS = ['+', '-', '*'] as const
export type CountdownOperator = (typeof OPERATORS)[number]

/** Values that have a word: results of an attempt never leave 0 … LARGEST. */
export const LARGEST = 120

/** `((a op b) op c) …`: numbers in order of use, one operator between each two, the value after each operator. */
export interface Attempt {
  readonly numbers: readonly number[]
  readonly operators: readonly CountdownOperator[]
  readonly values: readonly number[]
}

export function calculate(left: number, operator: CountdownOperator, right: number): number {
  return operator === '+' ? left + right : operator === '-' ? left - right : left * right
}

export const isLegal = (value: number): boolean => value >= 0 && value <= LARGEST

/** The last value. */
export const resultOf = (attempt: Attempt): number => attempt.values.at(-1)!

/** A random attempt over all numbers; null where a value leaves the range. */
export function drawAttempt(numbers: readonly number[], random: Random): Attempt | null {
  const order = random.shuffle(numbers)
  const operators: CountdownOperator[] = []
  const values: number[] = []
  let value = order[0]!
  for (let i = 1; i < order.length; i++) {
    const operator = random.pick(OPERATORS)
    value = calculate(value, operator, order[i]!)
    if (!isLegal(value)) return null
    operators.push(operator)
    values.push(value)
  }
  return { numbers: order, operators, values }
}

/** A random legal attempt; adding alone is legal for every problem this environment makes. */
export function drawLegalAttempt(numbers: readonly number[], random: Random): Attempt {
  for (let i = 0; i < 100; i++) {
    const attempt = drawAttempt(numbers, random)
    if (attempt !== null) return attempt
  }
  const values = numbers.slice(1).map((_, i) => numbers.slice(0, i + 2).reduce((sum, value) => sum + value, 0))
  return { numbers, operators: values.map(() => '+'), values }
}

/** Every legal attempt that reaches the target, in a fixed order. */
export function solve(numbers: readonly number[], target: number): Attempt[] {
  const found: Attempt[] = []
  const [used, operators, values]: [number[], CountdownOperator[], number[]] = [[], [], []]
  const free = numbers.map(() => true)
  const visit = (value: number): void => {
    if (used.length === numbers.length) {
      if (value === target) found.push({ numbers: [...used], operators: [...operators], values: [...values] })
      return
    }
    forEachFree(numbers, free, (number) => {
      used.push(number)
      if (used.length === 1) visit(number)
      else forEachLegal(value, number, (operator, next) => {
        operators.push(operator)
        values.push(next)
        visit(next)
        operators.pop()
        values.pop()
      })
      used.pop()
    })
  }
  visit(0)
  return found
}

/** Calls back with each different number that is not used yet, marked as used meanwhile. */
function forEachFree(numbers: readonly number[], free: boolean[], visit: (number: number) => void): void {
  for (let i = 0; i < numbers.length; i++) {
    if (!free[i] || numbers.some((number, j) => j < i && free[j] && number === numbers[i])) continue
    free[i] = false
    visit(numbers[i]!)
    free[i] = true
  }
}

function forEachLegal(left: number, right: number, visit: (operator: CountdownOperator, value: number) => void): void {
  for (const operator of OPERATORS) {
    const value = calculate(left, operator, right)
    if (isLegal(value)) visit(operator, value)
  }
}

/** `5 * 2 = 10 * 8 = 80`. */
export function formatAttempt({ numbers, operators, values }: Attempt): string {
  return operators.reduce((text, operator, i) => `${text} ${operator} ${numbers[i + 1]} = ${values[i]}`, String(numbers[0]))
}

/** `( 5 * 2 ) * 8`. */
export function formatExpression({ numbers, operators }: Attempt): string {
  return operators.reduce((text, operator, i) => `${i === 0 ? text : `( ${text} )`} ${operator} ${numbers[i + 1]}`, String(numbers[0]))
}
