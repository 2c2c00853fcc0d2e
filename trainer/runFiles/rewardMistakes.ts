import type { ResolvedRun, RewardRef } from '../protocol/runFile.ts'
import type { BuiltInReward } from '../rewards/registry.ts'
import type { Places } from './explainIssues.ts'
import type { JsonPath } from './jsonDocument.ts'
import { below, optionMistakes } from './optionMistakes.ts'
import type { SchemaFindings } from './optionMistakes.ts'
import type { Mistake } from './runFileError.ts'

export interface RewardCatalogue {
  /** zod's findings on the options of a reward that comes with the trainer, with the schema that they break. */
  rewardIssues(name: BuiltInReward['name'], options: unknown): SchemaFindings
}

/** Wrong options of rewards that come with the trainer. */
export function rewardMistakes({ rewards, stages = [] }: ResolvedRun, catalogue: RewardCatalogue, places: Places): Mistake[] {
  return [
    ...mistakesIn(rewards, ['rewards'], catalogue, places),
    ...stages.flatMap((stage, i) => mistakesIn(stage.rewards ?? [], ['stages', i, 'rewards'], catalogue, places))
  ]
}

function mistakesIn(rewards: readonly RewardRef[], path: JsonPath, catalogue: RewardCatalogue, places: Places): Mistake[] {
  return rewards.flatMap((reward, i) => {
    if (reward.name === 'module' || reward.name === 'prm') return []
    const { name, options } = reward
    const prefix = [...path, i, 'options']
    return optionMistakes(catalogue.rewardIssues(name, options), { value: options, title: `the options of ${name}`, places: below(places, prefix), prefix })
  })
}
