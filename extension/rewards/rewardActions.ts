import type * as vscode from 'vscode'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'
import type { Queries } from '../contracts/queries.ts'
import type { LabCommand } from '../contracts/trainers.ts'
import { mayExecute } from '../starting/trust.ts'
import { debugReward } from './debugging.ts'
import type { DebuggedReward } from './debugging.ts'
import { openPart, sourcesOf } from './rewardFiles.ts'

/** What the views offer on reward parts that files of this workspace gave. */
export interface RewardActions {
  /** Positions of such parts. */
  linked(place: RolloutPlace): Promise<readonly number[]>
  open(place: RolloutPlace, part: number): Promise<void>
  debug(place: RolloutPlace, part: number): Promise<void>
}

export interface RewardContext {
  readonly queries: Pick<Queries, 'ask'>
  readonly lab: LabCommand
  readonly extension: Pick<vscode.ExtensionContext, 'extensionUri' | 'globalStorageUri'>
  readonly log: Pick<vscode.LogOutputChannel, 'info'>
}

export function createRewardActions(context: RewardContext): RewardActions {
  const sourceOf = async (place: RolloutPlace, part: number) => {
    const source = (await sourcesOf(context, place)).find((one) => one.part === part)
    if (!source) throw new Error('The file of this reward part is not in this workspace. Open the folder that the run was started from.')
    return source
  }
  return {
    linked: async (place) => (await sourcesOf(context, place)).map(({ part }) => part),
    open: async (place, part) => openPart(await sourceOf(place, part)),
    debug: async (place, part) => {
      if (!(await mayExecute('Debugging a reward'))) return
      const { file, reference } = await sourceOf(place, part)
      const wanted: DebuggedReward = { file, options: reference.options, ...(reference.function !== undefined && { functionName: reference.function }) }
      await debugReward(context, place, wanted)
    }
  }
}
