import type { GroupOptions, OptionsOf } from '../protocol/algorithmOptions.ts'
import type { Algorithm, ScoredGroup, Weighed, WeighContext } from './algorithm.ts'
import { critiqueGrpo } from './critiqueGrpo.ts'
import { grpo } from './grpo.ts'
import { litePpo } from './litePpo.ts'
import { nsrPsr } from './nsrPsr.ts'
import { raft } from './raft.ts'
import { reinforce } from './reinforce.ts'
import { reinforceRej } from './reinforceRej.ts'
import { rloo } from './rloo.ts'
import { sft } from './sft.ts'
import { topr } from './topr.ts'

/** Options of the algorithms that weigh groups and come with the trainer; a user's module is weighed in its own process. */
export type BuiltInOptions = Exclude<GroupOptions, { name: 'module' }>
export type BuiltInName = BuiltInOptions['name']

export const ALGORITHMS: { readonly [N in BuiltInName]: Algorithm<OptionsOf<N>> } = {
  sft,
  raft,
  reinforce,
  rloo,
  grpo,
  'reinforce-rej': reinforceRej,
  'lite-ppo': litePpo,
  'nsr-psr': nsrPsr,
  topr,
  'critique-grpo': critiqueGrpo
}

/** Weighs with the algorithm that the options name. */
export function weighGroups(groups_P: readonly ScoredGroup[], options: BuiltInOptions, context: WeighContext): Weighed {
  // The registry's type ties a name to its options; indexing by a union loses that tie.
  const algorithm = ALGORITHMS[options.name] as Algorithm<BuiltInOptions>
  return algorithm.weigh(groups_P, options, context)
}
