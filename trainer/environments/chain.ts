import { badPrompt } from './prompt.ts'

export const MODULUS = 50
export const OPERATORS = ['+', '-', '*'] as const
export type ChainOperator = (typeof OPERATORS)[number]

export interface ChainOperation {
  readonly operator: ChainOperator
  readonly operand: number
}

/** `start` and operations applied from left to right, modulo 50. */
export interface Chain {
  readonly start: number
  readonly operations: readonly ChainOperation[]
}

export function apply(value: number, { operator, operand }: ChainOperation): number {
  const result = operator === '+' ? value + operand : operator === '-' ? value - operand : value * operand
  return ((result % MODULUS) + MODULUS) % MODULUS
}

export const valueOf = (chain: Chain): number => chain.operations.reduce(apply, chain.start)

const formatOperations = (operations: readonly ChainOperation[]): string =>
  operations.map(({ operator, operand }) => `${operator} ${operand}`).join(' ')

/** `26 * 2 * 6`. */
export const formatChain = (chain: Chain): string => `${chain.start} ${formatOperations(chain.operations)}`

/** `26 * 2 = 2`. */
export const lineOf = (value: number, operations: readonly ChainOperation[], result: number): string =>
  `${value} ${formatOperations(operations)} = ${result}`

const isOperator = (word: string | undefined): word is ChainOperator => OPERATORS.some((operator) => operator === word)

/** A value 0 … 49 in ASCII digits without leading zeros; null otherwise. */
export function parseValue(word: string | undefined): number | null {
  return word !== undefined && /^(0|[1-9][0-9]?)$/.test(word) && Number(word) < MODULUS ? Number(word) : null
}

/** `26 * 2 * 6` as words; null where it is anything else. */
export function parseOperations(words: readonly string[]): Chain | null {
  const start = parseValue(words[0])
  if (start === null || words.length < 3 || words.length % 2 === 0) return null
  const operations: ChainOperation[] = []
  for (let i = 1; i < words.length; i += 2) {
    const operator = words[i]
    const operand = parseValue(words[i + 1])
    if (!isOperator(operator) || operand === null) return null
    operations.push({ operator, operand })
  }
  return { start, operations }
}

/** Throws `environment/bad-prompt`. */
export function parseChain(environment: string, prompt: string): Chain {
  const words = prompt.split(' ')
  const chain = words.at(-1) === ':' ? parseOperations(words.slice(0, -1)) : null
  if (chain === null) throw badPrompt(environment, prompt, '“26 * 2 * 6 :”')
  return chain
}
