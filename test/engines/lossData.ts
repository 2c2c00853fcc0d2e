import type { Engine, Loss, TokenSequence, TrainSequence } from '../../trainer/engines/engine.ts'
import { COMBINED, lossCases, withLossInputs } from './lossCases.ts'
import type { Subject } from './subjects.ts'

const SEQUENCES: readonly TokenSequence[] = [
  { prompt: [1, 2, 3], completion: [3, 4, 3, 5, 0] }, { prompt: [5], completion: [1, 1] }, { prompt: [2, 2, 6, 4], completion: [6, 3, 5, 4, 2, 1, 3] },
  { prompt: [4, 1], completion: [0] }
]

/** Ratios lie inside and outside of the clips of the losses, on both sides. */
export async function lossData(engine: Engine): Promise<TrainSequence[]> {
  const masked = (sequence: number, t: number): boolean => sequence === 2 && (t === 1 || t === 4)
  return withLossInputs(SEQUENCES, await engine.logprobs(SEQUENCES), { name: 'loss data', masked, side: 0.2, offsets: [-0.6, -0.08, 0.03, 0.55] })
}

/** Of log-probabilities alone: reachable through the two-pass path. */
export const OF_LOGPROBS: Loss = { terms: COMBINED.filter(({ kind }) => kind !== 'entropyBonus'), normalisation: { kind: 'sequenceMean' } }

/** Those whose terms the engine has. */
export function lossesOf({ lacks }: Subject): Readonly<Record<string, Loss>> {
  return lossCases({ tokens: 40, sequences: 9, length: 8 }, ({ kind }) => !(lacks as readonly string[]).includes(kind))
}

export type Gradients = Readonly<Record<string, readonly number[]>>

export const norm = (gradients: Gradients): number => Math.sqrt(dot(gradients, gradients))

export const dot = (a: Gradients, b: Gradients): number =>
  Object.entries(a).reduce((total, [name, values]) => values.reduce((sum, value, i) => sum + value * b[name]![i]!, total), 0)

/** Global norm of the difference, in units of the norm of `b`. */
export function difference(a: Gradients, b: Gradients): number {
  const apart = Object.fromEntries(Object.entries(a).map(([name, values]) => [name, values.map((value, i) => value - b[name]![i]!)]))
  return norm(apart) / norm(b)
}
