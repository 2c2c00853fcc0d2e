import type { OpenEnvironment } from '../environments/registry.ts'
import type { Problem, Split } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'

/** Draws in a row that may repeat earlier problems before the set counts as exhausted. */
const MOST_REPEATS = 2_000

/**
 * Different problems of a split in an order that the seed fixes, each drawn from its own stream; ends where the options
 * leave no more.
 */
export function* problemStream({ environment, options }: OpenEnvironment, split: Split, seed: number): Generator<Problem> {
  const seen = new Set<string>()
  let repeats = 0
  for (let index = 0; repeats < MOST_REPEATS; index++) {
    const problem = environment.generate(randomStream(seed, 'problems', split, index), split, options)
    if (seen.has(problem.id)) {
      repeats++
      continue
    }
    repeats = 0
    seen.add(problem.id)
    yield problem
  }
}
