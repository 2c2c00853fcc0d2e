import { basename } from 'node:path'
import { LabError } from '../../errors.ts'
import type { ResolvedRun, RewardRef } from '../../protocol/runFile.ts'
import type { Reward } from '../../protocol/rollout.ts'

type ModuleReward = Extract<RewardRef, { name: 'module' }>

/** How the run names a reward file: the reference whose file is called the same. Options and function are its. */
export function referenceTo(run: ResolvedRun, file: string): ModuleReward | undefined {
  const references = [...run.rewards, ...(run.stages ?? []).flatMap(({ rewards = [] }) => rewards)]
  return references.find((reference): reference is ModuleReward => reference.name === 'module' && basename(reference.path) === basename(file))
}

/**
 * The recorded part that a reward is put in the place of: the one that people name, else the one of its own name; null where there
 * is none: then the reward stands for the whole.
 * @param recorded names of the parts that rollouts have.
 * @throws LabError `usage/option` for a part that no rollout has.
 */
export function replacedPart(recorded: ReadonlySet<string>, rewardName: string, asked?: string): string | null {
  if (asked === undefined) return recorded.has(rewardName) ? rewardName : null
  if (recorded.has(asked)) return asked
  throw new LabError('usage', 'usage/option', `No rollout of the run has a reward part ${JSON.stringify(asked)}.`, {
    place: '--part', remedy: `Name one of ${[...recorded].join(', ')}.`
  })
}

/** The total with the part's score replaced; null where a part that counts has none. */
export function replacedTotal({ parts, total }: Reward, name: string | null, score: number | null): number | null {
  if (name === null) return score
  if (!parts.some((part) => part.name === name)) return total
  let sum = 0
  for (const part of parts) {
    const value = part.name === name ? score : part.score
    if (part.weight === 0) continue
    if (value === null) return null
    sum += part.weight * value
  }
  return Number.isFinite(sum) ? sum : null
}
