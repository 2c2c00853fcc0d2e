import type { UserReward } from 'rollout-lab'

/**
 * Full marks for a right answer, part of them for one that is near on the clock. A reward that throws, hangs or returns
 * something that is not a finite number scores nothing (null): its rollout is counted, shown and not trained on.
 */
export const reward: UserReward = {
  name: 'near',
  score: ({ problem, verdict }, options) => {
    const near = Number(options['near'] ?? 2)
    const answer = Number(verdict.answer === null || verdict.answer === '' ? NaN : verdict.answer)
    if (!Number.isInteger(answer)) return { score: 0, why: 'no hour was named' }
    const apart = Math.abs(answer - Number(problem.gold))
    const distance = Math.min(apart, 24 - apart)
    return { score: Math.max(0, 1 - distance / near), why: `${distance} hours off` }
  }
}
