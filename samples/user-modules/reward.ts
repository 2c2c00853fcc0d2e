import type { UserReward } from 'rollout-lab'

/**
 * Full marks for the largest number, fewer for the others, the smaller the fewer. A reward that throws, hangs or returns
 * something that is not a finite number scores nothing (null): its rollout is counted, shown and not trained on.
 */
export const reward: UserReward = {
  name: 'near',
  score: ({ problem, verdict }, options) => {
    const numbers = problem.prompt.split(' ').filter((word) => word !== ':')
    if (verdict.answer === null || !numbers.includes(verdict.answer)) return { score: 0, why: 'none of the numbers was named' }
    const larger = numbers.filter((number) => Number(number) > Number(verdict.answer)).length
    const loss = Number(options['lossPerRank'] ?? 0.5)
    return { score: Math.max(0, 1 - loss * larger), why: `${larger} of the numbers are larger` }
  }
}
