/** How one problem went: `right` of `samples` scorable completions. */
export interface ProblemCount {
  readonly samples: number
  readonly right: number
}

/**
 * Unbiased pass@k of one problem (Chen et al. 2021, "Evaluating Large Language Models Trained on Code"): the chance that k
 * of the n samples, drawn without replacement, hold a right one.
 *
 *   1 − C(n−c, k) / C(n, k) = 1 − Π_{j<k} (1 − c/(n−j)),   1 where n − c < k
 *
 * The product form neither overflows nor cancels. @throws RangeError where k > n: the estimator does not exist there.
 */
export function passAtK({ samples, right }: ProblemCount, k: number): number {
  if (k < 1 || k > samples) throw new RangeError(`pass@${k} needs at least ${k} samples, there are ${samples}`)
  if (samples - right < k) return 1
  let allWrong = 1
  for (let j = 0; j < k; j++) allWrong *= 1 - right / (samples - j)
  return 1 - allWrong
}

/** avg@n of one problem, the same as pass@1: c/n. @throws RangeError without samples. */
export function averageAtN({ samples, right }: ProblemCount): number {
  if (samples === 0) throw new RangeError('avg@n needs at least 1 sample')
  return right / samples
}
