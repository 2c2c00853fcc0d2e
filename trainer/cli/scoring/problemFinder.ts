import type { OpenEnvironment } from '../../environments/registry.ts'
import type { Problem } from '../../protocol/problem.ts'
import { Split } from '../../protocol/problem.ts'
import { problemStream } from '../problemStream.ts'

/** Problems drawn of each split in search of an id. */
export const SEARCHED_PER_SPLIT = 10_000

/**
 * Finds problems by id among those that `lab problems` prints for the environment, options and seed: the first
 * `SEARCHED_PER_SPLIT` of each split. Draws no further than it must.
 */
export function problemFinder(opened: OpenEnvironment, seed: number, problemsPerStep: number): (id: string) => Problem | undefined {
  const found = new Map<string, Problem>()
  const rest = inTurn(Split.options.map((split) => problemStream(opened, split, seed, problemsPerStep)))
  return (id) => {
    while (!found.has(id)) {
      const next = rest.next()
      if (next.done === true) return undefined
      found.set(next.value.id, next.value)
    }
    return found.get(id)
  }
}

function* inTurn(streams: readonly Generator<Problem>[]): Generator<Problem> {
  let open = streams
  for (let drawn = 0; drawn < SEARCHED_PER_SPLIT && open.length > 0; drawn++) {
    const round = open.map((stream) => ({ stream, next: stream.next() }))
    for (const { next } of round) if (next.done !== true) yield next.value
    open = round.filter(({ next }) => next.done !== true).map(({ stream }) => stream)
  }
}
