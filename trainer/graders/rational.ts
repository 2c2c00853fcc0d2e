/** An exact fraction in lowest terms, `denominator` > 0. */
export interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** Throws RangeError for a zero denominator: callers check first. */
export function rational(numerator: bigint | number, denominator: bigint | number = 1n): Rational {
  let [n, d] = [BigInt(numerator), BigInt(denominator)]
  if (d === 0n) throw new RangeError('a fraction needs a denominator other than 0')
  if (d < 0n) [n, d] = [-n, -d]
  const divisor = greatestCommonDivisor(n < 0n ? -n : n, d)
  return { numerator: n / divisor, denominator: d / divisor }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}

export const add = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)

export const subtract = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator)

export const multiply = (a: Rational, b: Rational): Rational => rational(a.numerator * b.numerator, a.denominator * b.denominator)

/** null for a division by zero. */
export const divide = (a: Rational, b: Rational): Rational | null =>
  b.numerator === 0n ? null : rational(a.numerator * b.denominator, a.denominator * b.numerator)

export const equal = (a: Rational, b: Rational): boolean => a.numerator === b.numerator && a.denominator === b.denominator

/** −1, 0 or 1. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export const absolute = (a: Rational): Rational => (a.numerator < 0n ? { numerator: -a.numerator, denominator: a.denominator } : a)

/** `7`, `-3/4`. */
export const formatRational = (a: Rational): string => (a.denominator === 1n ? String(a.numerator) : `${a.numerator}/${a.denominator}`)
