/** Arguments of the functions that are synthesised and repaired are digits. */
export const DIGIT_COUNT = 10
const ARGUMENTS = ['a', 'b'] as const
export type Argument = (typeof ARGUMENTS)[number]
export const OPERATORS = ['+', '-', '*', 'max', 'min'] as const
export type Operator = (typeof OPERATORS)[number]

/** What a function of a and b returns: one operation and, at times, a constant added to or taken from its result. */
export interface Body {
  readonly operator: Operator
  readonly left: Argument
  readonly right: Argument | number
  readonly then: { readonly operator: '+' | '-'; readonly operand: number } | null
}

/** Languages of the programs, which differ in the words around a body and in the name of the greater and the lesser value. */
export const FUNCTION_LANGUAGES = ['javascript', 'python'] as const
export type FunctionLanguage = (typeof FUNCTION_LANGUAGES)[number]

const LARGEST_THEN = 3
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** Both arguments in one operation, each body in one form only: no two of these are the same function. */
const PAIRS: readonly Body[] = [
  ...(['+', '-', '*', 'max', 'min'] as const).map((operator) => ({ operator, left: 'a' as const, right: 'b' as const, then: null })),
  { operator: '-', left: 'b', right: 'a', then: null }
]
const CONSTANTS: readonly (readonly [Operator, readonly number[]])[] = [['+', range(1, 5)], ['-', range(1, 5)], ['*', range(2, 4)]]

/** Bodies by what they are made of. */
export const BODY_KINDS = {
  pair: PAIRS,
  pairThen: PAIRS.flatMap((pair) => (['+', '-'] as const).flatMap((operator) => range(1, LARGEST_THEN).map((operand): Body => ({ ...pair, then: { operator, operand } })))),
  constant: ARGUMENTS.flatMap((left) => CONSTANTS.flatMap(([operator, values]) => values.map((right): Body => ({ operator, left, right, then: null }))))
} as const
export type BodyKind = keyof typeof BODY_KINDS

/** All bodies that problems are made of and that traces propose. */
export const BODIES: readonly Body[] = [...BODY_KINDS.pair, ...BODY_KINDS.pairThen, ...BODY_KINDS.constant]

/** Every value of a body on digits, intermediate ones included, lies within. */
export const SMALLEST_VALUE = -12
export const LARGEST_VALUE = 84

/** The result of the first operation and, where a constant follows, the whole result: what a careful writer writes down. */
export function valuesOf({ operator, left, right, then }: Body, a: number, b: number): number[] {
  const [x, y] = [left, right].map((term) => (term === 'a' ? a : term === 'b' ? b : term)) as [number, number]
  const first = OPERATIONS[operator](x, y)
  return then === null ? [first] : [first, then.operator === '+' ? first + then.operand : first - then.operand]
}

const OPERATIONS: Readonly<Record<Operator, (x: number, y: number) => number>> = {
  '+': (x, y) => x + y, '-': (x, y) => x - y, '*': (x, y) => x * y, max: Math.max, min: Math.min
}

export const valueOf = (body: Body, a: number, b: number): number => valuesOf(body, a, b).at(-1)!

const CALLS: Readonly<Record<FunctionLanguage, Readonly<Record<'max' | 'min', string>>>> = {
  javascript: { max: 'Math.max', min: 'Math.min' },
  python: { max: 'max', min: 'min' }
}

/** `a * b + 3`, `Math.max ( a , b ) - 2`. */
export function formatBody({ operator, left, right, then }: Body, language: FunctionLanguage): string {
  const called = operator === 'max' || operator === 'min'
  const first = called ? `${CALLS[language][operator]} ( ${left} , ${right} )` : `${left} ${operator} ${right}`
  return then === null ? first : `${first} ${then.operator} ${then.operand}`
}

/** A whole program on one line. */
export const formatProgram = (body: string, language: FunctionLanguage): string =>
  language === 'javascript' ? `function f ( a , b ) { return ${body} }` : `def f ( a , b ) : return ${body}`

/** Words of bodies and programs in both languages. */
export const PROGRAM_WORDS: readonly string[] = [
  'function', 'def', 'f', '(', ')', ',', '{', '}', ':', 'return', 'a', 'b', '+', '-', '*', 'Math.max', 'Math.min', 'max', 'min'
]

const BY_TEXT = new Map(FUNCTION_LANGUAGES.flatMap((language) => BODIES.map((body) => [formatBody(body, language), body] as const)))

/** One of the known bodies in either language; undefined for anything else. */
export const parseBody = (text: string): Body | undefined => BY_TEXT.get(text)

const slotsOf = ({ operator, left, right, then }: Body): readonly (string | number)[] => [operator, left, right, then?.operator ?? '', then?.operand ?? 0]

/** Places (operator, terms, sign and size of the constant) in which two bodies differ. */
export function differences(one: Body, other: Body): number {
  const slots = slotsOf(other)
  return slotsOf(one).filter((slot, i) => slot !== slots[i]).length
}

const NEAR = new Map<string, readonly Body[]>()

/** Other bodies that differ in so many places at most. */
export function bodiesNear(body: Body, most: number): readonly Body[] {
  const key = `${most} ${formatBody(body, 'javascript')}`
  const known = NEAR.get(key)
  if (known !== undefined) return known
  const near = BODIES.filter((other) => other !== body && differences(body, other) <= most)
  NEAR.set(key, near)
  return near
}
