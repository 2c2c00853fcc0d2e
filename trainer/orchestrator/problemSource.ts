import type { Environment } from '../environments/environment.ts'
import type { Problem, Split } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'
import type { Random } from '../random/random.ts'
import type { EvaluationSet, Mixture, MixtureEntry, StagePlan } from './runPlan.ts'

export interface DrawnProblem {
  readonly problem: Problem
  readonly environment: Environment
}

/** A supervised trace. */
export interface Demonstration extends DrawnProblem {
  readonly completion: string
}

/** Draws tried per distinct held-out problem before a small pool is taken to be exhausted. */
const TRIES = 50

/** The training problems of an RL step depend on the seed and the step alone. */
export function trainingProblems(stage: StagePlan, seed: number, step: number): DrawnProblem[] {
  return Array.from({ length: stage.problemsPerStep }, (_, i) => drawProblem(stage.mixture, 'train', randomStream(seed, 'problem', step, i)))
}

/** Distinct held-out problems in a fixed order; fewer than asked for where the pool is smaller. */
export function heldOutProblems(set: EvaluationSet, seed: number, count = set.problems): DrawnProblem[] {
  const found = new Map<string, DrawnProblem>()
  for (let draw = 0; found.size < count && draw < count * TRIES; draw++) {
    const drawn = drawProblem(set.mixture, 'heldOut', randomStream(seed, 'heldOut', set.name, draw))
    if (!found.has(drawn.problem.id)) found.set(drawn.problem.id, drawn)
  }
  return [...found.values()]
}

/** The supervised traces of an optimiser step. */
export function demonstrations(stage: Pick<StagePlan, 'name' | 'mixture' | 'batchSize'>, seed: number, stageStep: number): Demonstration[] {
  return Array.from({ length: stage.batchSize }, (_, i) => {
    const random = randomStream(seed, 'demonstration', stage.name, stageStep, i)
    const entry = pickEntry(stage.mixture, random)
    const problem = entry.environment.generate(random, 'train', entry.options)
    return { problem, environment: entry.environment, completion: entry.environment.demonstrate(problem, random, entry.mix) }
  })
}

function drawProblem(mixture: Mixture, split: Split, random: Random): DrawnProblem {
  const { environment, options } = pickEntry(mixture, random)
  return { environment, problem: environment.generate(random, split, options) }
}

function pickEntry(mixture: Mixture, random: Random): MixtureEntry {
  let left = random.next() * mixture.reduce((sum, entry) => sum + entry.weight, 0)
  return mixture.find((entry) => (left -= entry.weight) < 0) ?? mixture.at(-1)!
}
