/** Estimator of KL(π ‖ reference) per token from the policy's own samples, with u = log π_ref − log π (Schulman 2020). */
export type KlEstimator = 'k1' | 'k2' | 'k3'

/** k1 = −u (unbiased, may be negative), k2 = u²/2, k3 = eᵘ − 1 − u (unbiased, ≥ 0, heavy-tailed). Nats per token. */
export function klEstimates(logprobs_T: readonly number[], referenceLogprobs_T: readonly number[], estimator: KlEstimator): number[] {
  return logprobs_T.map((logprob, t) => {
    const u = (referenceLogprobs_T[t] ?? logprob) - logprob
    if (estimator === 'k1') return -u
    return estimator === 'k2' ? (u * u) / 2 : Math.expm1(u) - u
  })
}
