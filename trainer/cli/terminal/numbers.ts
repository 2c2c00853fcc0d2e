import type { Estimate } from '../../protocol/numbers.ts'

/** Thousands apart, no decimals from 100 on. */
export function amount(value: number): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

export const share = (value: number): string => value.toFixed(3)

/** `0.412 [0.380, 0.445]`. */
export function estimate({ value, low, high }: Estimate): string {
  return `${share(value)} [${share(low)}, ${share(high)}]`
}

export function signed({ value, low, high }: Estimate): string {
  const sign = (number: number): string => (number < 0 ? '' : '+') + share(number)
  return `${sign(value)} [${sign(low)}, ${sign(high)}]`
}

/** `45 s`, `3:05`, `2:03:05`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const two = (value: number): string => String(value).padStart(2, '0')
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

export function bytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log10(count) / 3))
  return `${amount(count / 1000 ** power)} ${units[power]}`
}
