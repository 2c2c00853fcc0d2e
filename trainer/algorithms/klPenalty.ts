/**
 * KL in the reward: r − β·Σ_t k(t), over the sequence (Ahmadian et al. 2024), with an estimate k in nats per token. null
 * where the reward is null or the penalty is not finite (the policy has left the reference's support).
 */
export function penalisedReward(reward: number | null, kl_T: readonly number[], coefficient: number): number | null {
  if (reward === null || coefficient === 0) return reward
  const penalised = reward - coefficient * kl_T.reduce((sum, kl) => sum + kl, 0)
  return Number.isFinite(penalised) ? penalised : null
}
