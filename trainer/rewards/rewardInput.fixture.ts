import type { Verdict } from '../environments/environment.ts'
import type { RewardInput } from './reward.ts'

export const rightVerdict: Verdict = { correct: true, score: 1, answer: '7', why: '7 is 7' }
export const wrongVerdict: Verdict = { correct: false, score: 0.25, answer: '8', why: '8 is not 7' }

/** A right and well-formed completion of 10 of 50 tokens. */
export function rewardInput(over: Partial<RewardInput> = {}): RewardInput {
  return {
    problem: { id: 'p', environment: 'sums', prompt: '3 + 4', gold: '7', params: {} },
    completion: 'A 7',
    tokens: 10,
    maxTokens: 50,
    truncated: false,
    verdict: rightVerdict,
    rendering: { spans: [], wellFormed: true, why: 'ends in an answer' },
    steps: [],
    ...over
  }
}
