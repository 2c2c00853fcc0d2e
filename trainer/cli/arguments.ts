import { LabError } from '../errors.ts'
import { OFFERED_ENGINES } from '../protocol/runFile.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import { showValue } from '../runFiles/explainIssues.ts'
import { ENGINES } from './engines.ts'

/** Parsers of option values; what people typed wrong comes back with the option's name and an example. */
export function wholeNumber(option: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value
    throw badOption(option, text, `a whole number, at least ${least}`)
  }
}

export function numberBetween(option: string, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && value >= low && value <= high && Number.isFinite(value)) return value
    throw badOption(option, text, high === Infinity ? `a number, at least ${low}` : `a number from ${low} to ${high}`)
  }
}

/** A share that something must be left of. */
export function shareAbove0(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && value > 0 && value <= 1) return value
    throw badOption(option, text, 'a number above 0, at most 1')
  }
}

export function jsonObject(option: string): (text: string) => Record<string, unknown> {
  return (text) => {
    const value = parseJson(option, text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
    throw badOption(option, text, 'a JSON object such as {"length": 4}')
  }
}

export function sha256(option: string): (text: string) => string {
  return (text) => {
    if (/^[0-9a-f]{64}$/.test(text)) return text
    throw badOption(option, text, 'a SHA-256: 64 hexadecimal digits')
  }
}

/** `1,4,16`. */
export function wholeNumbers(option: string, least: number): (text: string) => number[] {
  const parse = wholeNumber(option, least)
  return (text) => [...new Set(text.split(',').map(parse))]
}

/** An engine of this build; of those, the ones for tests are not offered. */
export function engineName(text: string): ResolvedRun['engine'] {
  const known = ENGINES.find((name) => name === text)
  if (known !== undefined) return known
  throw badOption('--engine', text, OFFERED_ENGINES.join(', '))
}

/** Collects an option that may be given several times. */
export const repeated = (text: string, previous: readonly string[]): string[] => [...previous, text]

/** The same of values that are checked one by one. */
export const repeatedOf = <T>(parse: (text: string) => T) => (text: string, previous: readonly T[]): T[] => [...previous, parse(text)]

export function textNotEmpty(option: string): (text: string) => string {
  return (text) => {
    if (text !== '') return text
    throw badOption(option, text, 'a text that is not empty')
  }
}

function parseJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badOption(option, text, 'a JSON object such as {"length": 4}')
  }
}

function badOption(option: string, text: string, allowed: string): LabError {
  return new LabError('usage', 'usage/option', `${option} is ${showValue(text)}.`, { place: option, remedy: `Allowed: ${allowed}.` })
}
