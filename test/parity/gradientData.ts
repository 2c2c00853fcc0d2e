import type { Loss, SequenceLogprobs, TokenSequence, TrainSequence } from '../../trainer/engines/engine.ts'
import { randomStream } from '../../trainer/random/random.ts'
import { COMBINED, lossCases, withLossInputs } from '../engines/lossCases.ts'

const LENGTHS = [[3, 9], [1, 2], [12, 5], [2, 17], [6, 1], [4, 8]] as const

export function tokenSequences(vocabularySize: number): TokenSequence[] {
  const random = randomStream('gradient tokens')
  const tokens = (count: number): number[] => Array.from({ length: count }, () => random.integer(vocabularySize))
  return LENGTHS.map(([prompt, completion]) => ({ prompt: tokens(prompt), completion: tokens(completion) }))
}

export function trainSequences(vocabularySize: number, current: readonly SequenceLogprobs[]): TrainSequence[] {
  const masked = (sequence: number, t: number): boolean => (sequence === 3 ? t < 5 : sequence === 0 && t % 3 === 1)
  return withLossInputs(tokenSequences(vocabularySize), current, { name: 'gradient data', masked, side: 0.25, offsets: [-0.7, -0.35, -0.1, 0.06, 0.2, 0.45] })
}

export const LOSSES: Readonly<Record<string, Loss>> = lossCases({ tokens: 100, sequences: 16, length: 20 })

export const COMBINED_LOSS: Loss = { terms: COMBINED, normalisation: { kind: 'sequenceMean' } }
