import { quote } from './quote.ts'
import type { Rational } from './rational.ts'
import { add, divide, multiply, rational, subtract } from './rational.ts'

export type Operator = '+' | '-' | '*' | '/'

/** Arithmetic over whole numbers. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'operation'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }

export interface ExpressionLimits {
  /** Characters. */
  readonly length: number
  /** Nested parentheses. */
  readonly depth: number
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string }

const DEFAULT_LIMITS: ExpressionLimits = { length: 256, depth: 16 }
/** Whole numbers of up to 15 digits are exact as doubles. */
const LONGEST_NUMBER = 15

class SyntaxFault extends Error {}

/**
 * Parses `+ - * /`, parentheses and unsigned whole numbers in ASCII digits, with the usual precedence, left-associative.
 * The whole text must be one expression; anything else is refused with a reason.
 */
export function parseExpression(text: string, limits: ExpressionLimits = DEFAULT_LIMITS): Parsed<Expression> {
  if (text.length > limits.length) return { ok: false, why: `the expression has ${text.length} characters, more than ${limits.length}` }
  try {
    return { ok: true, value: new Parser(scan(text), limits.depth).whole() }
  } catch (error) {
    if (error instanceof SyntaxFault) return { ok: false, why: error.message }
    throw error
  }
}

function scan(text: string): string[] {
  const tokens: string[] = []
  const pattern = /[ \t\r\n]*([0-9]+|[-+*/()])|[ \t\r\n]+$/y
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex
    const match = pattern.exec(text)
    if (match === null) throw new SyntaxFault(`${quote(text.slice(at).trimStart().slice(0, 12))} is not part of an arithmetic expression`)
    if (match[1] !== undefined) tokens.push(match[1])
  }
  return tokens
}

class Parser {
  private readonly tokens: readonly string[]
  private readonly deepest: number
  private position = 0
  private depth = 0

  constructor(tokens: readonly string[], deepest: number) {
    this.tokens = tokens
    this.deepest = deepest
  }

  whole(): Expression {
    if (this.tokens.length === 0) throw new SyntaxFault('the expression is empty')
    const expression = this.sum()
    if (this.position < this.tokens.length) throw new SyntaxFault(`${quote(this.tokens[this.position]!)} stands after the end of the expression`)
    return expression
  }

  private sum(): Expression {
    return this.chain(['+', '-'], () => this.product())
  }

  private product(): Expression {
    return this.chain(['*', '/'], () => this.factor())
  }

  private chain(operators: readonly Operator[], operand: () => Expression): Expression {
    let left = operand()
    for (;;) {
      const operator = operators.find((candidate) => candidate === this.tokens[this.position])
      if (operator === undefined) return left
      this.position++
      left = { kind: 'operation', operator, left, right: operand() }
    }
  }

  private factor(): Expression {
    const token = this.tokens[this.position++]
    if (token === undefined) throw new SyntaxFault('the expression ends where a number is expected')
    if (token === '(') return this.parenthesised()
    if (!/^[0-9]/.test(token)) throw new SyntaxFault(`${quote(token)} stands where a number is expected`)
    if (token.length > LONGEST_NUMBER) throw new SyntaxFault(`a number has ${token.length} digits, more than ${LONGEST_NUMBER}`)
    return { kind: 'number', value: Number(token) }
  }

  private parenthesised(): Expression {
    if (++this.depth > this.deepest) throw new SyntaxFault(`parentheses nest deeper than ${this.deepest}`)
    const inner = this.sum()
    if (this.tokens[this.position++] !== ')') throw new SyntaxFault('a parenthesis is not closed')
    this.depth--
    return inner
  }
}

/** Exact value; null where something is divided by zero. */
export function evaluate(expression: Expression): Rational | null {
  if (expression.kind === 'number') return rational(expression.value)
  const left = evaluate(expression.left)
  const right = evaluate(expression.right)
  if (left === null || right === null) return null
  switch (expression.operator) {
    case '+': return add(left, right)
    case '-': return subtract(left, right)
    case '*': return multiply(left, right)
    case '/': return divide(left, right)
  }
}

/** The numbers of an expression from left to right. */
export function operands(expression: Expression): number[] {
  if (expression.kind === 'number') return [expression.value]
  return [...operands(expression.left), ...operands(expression.right)]
}
