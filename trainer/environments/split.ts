import { createHash } from 'node:crypto'
import { LabError } from '../errors.ts'
import type { Split } from '../protocol/problem.ts'
import { hash32 } from '../random/random.ts'

/**
 * The side of a problem, by its canonical key alone: the same for every seed and difficulty. Of eight parts one is held
 * out and one is for choosing settings, so that final figures never rest on problems that settings were chosen by.
 */
export function splitOf(environment: string, key: string): Split {
  const part = hash32('split', environment, key) % 8
  return part === 0 ? 'heldOut' : part === 1 ? 'tuning' : 'train'
}

/** 64 bits of SHA-256 over what makes the problem, in hexadecimal. */
export function problemId(environment: string, content: string): string {
  return createHash('sha256').update(`${environment}\u0000${content}`).digest('hex').slice(0, 16)
}

const MOST_DRAWS = 20_000

/**
 * Draws until a candidate lies in the split and is accepted; a draw may return null for a candidate that is no problem. Throws
 * `environment/no-problem` where the options leave no problem to find.
 */
export function drawInSplit<T extends { readonly key: string }>(
  environment: string,
  split: Split,
  draw: () => T | null,
  accept: (candidate: T) => boolean = () => true
): T {
  for (let i = 0; i < MOST_DRAWS; i++) {
    const candidate = draw()
    if (candidate !== null && splitOf(environment, candidate.key) === split && accept(candidate)) return candidate
  }
  throw new LabError('environment', 'environment/no-problem', `${environment}: no problem of the split “${split}” in ${MOST_DRAWS} draws.`, {
    remedy: 'The options leave too few problems: widen their ranges.'
  })
}
