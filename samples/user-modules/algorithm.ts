import type { UserAlgorithm } from 'rollout-lab'

/**
 * Advantages by rank: within a group (the attempts at one problem) the best rollout gets +1, the worst −1, equal rewards get
 * equal ranks. Only the order of rewards counts, so their scale does not matter.
 *
 * An algorithm turns scored groups into one weight per rollout (null = leave it out) and names the loss that reads them.
 */
export const algorithm: UserAlgorithm = {
  name: 'rank',
  weigh: (groups, options) => ({
    weights_P_G: groups.map(({ kept, rollouts }) => {
      const rewards = rollouts.flatMap(({ reward }) => (reward === null ? [] : [reward]))
      return rollouts.map(({ reward }) => (kept && reward !== null ? rank(reward, rewards) : null))
    }),
    loss: {
      terms: [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: Number(options['clip'] ?? 0.2), clipHigh: Number(options['clip'] ?? 0.2) }],
      normalisation: { kind: 'tokenMean' }
    },
    as: 'advantages'
  })
}

/** In [−1, 1]: how many of the others are worse, less how many are better, over their number. */
function rank(reward: number, all: readonly number[]): number {
  const worse = all.filter((other) => other < reward).length
  const better = all.filter((other) => other > reward).length
  return all.length < 2 ? 0 : (worse - better) / (all.length - 1)
}
