import type { OpenEnvironment } from '../environments/registry.ts'
import { heldOutProblems, trainingProblems } from '../orchestrator/problemSource.ts'
import type { MixtureEntry, StagePlan } from '../orchestrator/runPlan.ts'
import type { Problem, Split } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'

/** Draws in a row that repeat earlier problems before a set counts as exhausted. */
const MOST_REPEATS = 2_000
const FIRST_DRAW = 64

/**
 * Different problems of a split in an order that the seed fixes: those of a run with this seed and environment, held-out
 * ones as it evaluates on them, training ones as its steps draw them. Ends where the options leave no more.
 */
export function* problemStream(opened: OpenEnvironment, split: Split, seed: number, problemsPerStep = 16): Generator<Problem> {
  const mixture = [{ ...opened, weight: 1 }]
  if (split === 'heldOut') return yield* heldOut(mixture, seed)
  const seen = new Set<string>()
  let repeats = 0
  for (const problem of split === 'train' ? training(mixture, seed, problemsPerStep) : tuning(opened, seed)) {
    repeats = seen.has(problem.id) ? repeats + 1 : 0
    if (repeats > MOST_REPEATS) return
    if (repeats > 0) continue
    seen.add(problem.id)
    yield problem
  }
}

/** A longer set begins with the shorter one. */
function* heldOut(mixture: readonly MixtureEntry[], seed: number): Generator<Problem> {
  let yielded = 0
  for (let count = FIRST_DRAW; ; count *= 4) {
    const drawn = heldOutProblems({ name: 'heldOut', mixture, problems: count }, seed)
    for (const { problem } of drawn.slice(yielded)) yield problem
    yielded = drawn.length
    if (drawn.length < count) return
  }
}

function* training(mixture: readonly MixtureEntry[], seed: number, problemsPerStep: number): Generator<Problem> {
  for (let step = 1; ; step++) {
    for (const { problem } of trainingProblems({ mixture, problemsPerStep } as StagePlan, seed, step)) yield problem
  }
}

function* tuning({ environment, options }: OpenEnvironment, seed: number): Generator<Problem> {
  for (let index = 0; ; index++) yield environment.generate(randomStream(seed, 'problem', 'tuning', index), 'tuning', options)
}
