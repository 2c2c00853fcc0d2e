import type { Estimate } from '../protocol/numbers.ts'

const Z = 1.959963984540054

/**
 * Share of right answers with the 95 % Wilson score interval (Wilson 1927): one trial per problem, never without width, so
 * that 0 of n and n of n get honest bounds. @throws RangeError without trials.
 */
export function wilsonInterval(right: number, trials: number): Estimate {
  if (trials === 0) throw new RangeError('a share needs at least one trial')
  const value = right / trials
  const z2 = (Z * Z) / trials
  const centre = (value + z2 / 2) / (1 + z2)
  const half = (Z / (1 + z2)) * Math.sqrt((value * (1 - value)) / trials + z2 / (4 * trials))
  return { value, low: Math.min(value, Math.max(0, centre - half)), high: Math.max(value, Math.min(1, centre + half)) }
}
