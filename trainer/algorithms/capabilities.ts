import type { Capability } from '../engines/engine.ts'
import type { AlgorithmOptions } from '../protocol/algorithmOptions.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'

/**
 * What a run asks of its engine, so that a run that needs a missing capability fails before anything is sampled. A user's
 * algorithm counts as a policy gradient: only its answer says what loss it takes.
 */
export function neededCapabilities(run: ResolvedRun): readonly Capability[] {
  const stages = run.stages ?? [{ algorithm: run.algorithm, regulariser: run.regulariser }]
  const needed = new Set<Capability>(['sample', 'save', 'snapshot'])
  for (const stage of stages) {
    needed.add(lossOf(stage.algorithm ?? run.algorithm))
    const { kl, entropyBonus } = stage.regulariser ?? run.regulariser
    if (kl.coefficient > 0) needed.add('logprobs').add(kl.place === 'loss' ? 'klToReference' : 'snapshot')
    if (entropyBonus > 0) needed.add('entropyBonus')
    if (REWEIGHING.includes((stage.algorithm ?? run.algorithm).name)) needed.add('logprobs')
    for (const capability of likelihoodOf(stage.algorithm ?? run.algorithm)) needed.add(capability)
  }
  return [...needed]
}

/** Algorithms that ask for the current log-probabilities before an update. */
const REWEIGHING: readonly AlgorithmOptions['name'][] = ['topr', 'critique-grpo']

/** What preferences take beside the pairwise loss. */
function likelihoodOf(algorithm: AlgorithmOptions): Capability[] {
  if (algorithm.name !== 'dpo') return []
  return [...(algorithm.chosenWeight + algorithm.rationaleWeight > 0 ? ['crossEntropy' as const] : []), ...(algorithm.reference ? ['logprobs' as const] : [])]
}

function lossOf(algorithm: AlgorithmOptions): Capability {
  if (algorithm.name === 'dpo') return 'pairwise'
  if (algorithm.name === 'prm') return 'rewardHead'
  return algorithm.name === 'sft' || (algorithm.name === 'raft' && !algorithm.plusPlus) ? 'crossEntropy' : 'policyGradient'
}
