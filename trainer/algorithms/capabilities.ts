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
    if ((stage.algorithm ?? run.algorithm).name === 'topr') needed.add('logprobs')
  }
  return [...needed]
}

function lossOf(algorithm: AlgorithmOptions): Capability {
  return algorithm.name === 'sft' || (algorithm.name === 'raft' && !algorithm.plusPlus) ? 'crossEntropy' : 'policyGradient'
}
