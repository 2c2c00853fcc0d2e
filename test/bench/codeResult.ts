import type { LearningRun } from './learning.ts'

/** What is compared, and the run file of each below samples/code. */
export const CODE_ARMS = {
  synthesis: 'rl', control: 'control', feedback: 'repair', verdictOnly: 'repair-blind', oneTurn: 'repair-one-turn'
} as const
export type CodeArm = keyof typeof CODE_ARMS

/** Everything of one seed. */
export interface CodeSeed {
  readonly seed: number
  readonly runs: Readonly<Record<CodeArm, LearningRun>>
}

/** What a run has cost: sampled and trained. */
export const tokensOf = ({ sampledTokens, trainedTokens }: LearningRun): number => sampledTokens + trainedTokens
