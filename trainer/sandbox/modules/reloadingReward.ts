import { basename } from 'node:path'
import { LabError } from '../../errors.ts'
import type { RewardFunction, RewardReload } from '../../rewards/reward.ts'

/** An edit of a reward file, ready to score. */
export interface OpenedReward {
  readonly reward: RewardFunction
  /** Absolute path of the file. */
  readonly file: string
  /** SHA-256 of the file and what it imports, in hexadecimal. */
  readonly hash: string
  /** Ends what runs for it alone. */
  close(): void
}

export interface RewardSource {
  /** Hash of what lies there now. @throws LabError where it cannot be read. */
  readonly currentHash: () => string
  /** Opens what lies there now, without running on any consent but an approval of this very content. @throws LabError */
  readonly openEdited: () => Promise<OpenedReward>
}

/** A reward that takes up edits of its file when it is told to; one that cannot be used leaves the edit before in its place. */
export function reloadingReward(first: OpenedReward, { currentHash, openEdited }: RewardSource): RewardFunction {
  let current = first
  let told = ''
  const name = first.reward.name
  const take = async (): Promise<RewardReload['news']> => {
    try {
      if (currentHash() === current.hash) return undefined
      const edited = withSameName(await openEdited(), name)
      current.close()
      current = edited
      return { code: 'reward/edited', message: `The reward ${name} was edited: from this step on ${basename(current.file)} scores as it is now.` }
    } catch (error) {
      if (!LabError.is(error)) throw error
      const refused = `${basename(current.file)} was edited and cannot be used as it is; ${name} goes on as it was.`
      return { code: 'reward/edit-refused', message: `${refused} ${error.message} ${error.remedy}` }
    }
  }
  return {
    name,
    ownDeadline: true,
    score: (input, signal) => current.reward.score(input, signal),
    scoreMany: (inputs, signal) => current.reward.scoreMany!(inputs, signal),
    reload: async () => {
      const news = await take()
      const isNew = news !== undefined && news.message !== told
      told = news?.code === 'reward/edit-refused' ? news.message : ''
      return { part: name, file: basename(current.file), hash: current.hash, ...(isNew && { news }) }
    }
  }
}

/** Recorded parts go by name: a run cannot change it on the way. */
function withSameName(edited: OpenedReward, name: string): OpenedReward {
  if (edited.reward.name === name) return edited
  edited.close()
  throw new LabError('sandbox', 'sandbox/missing-function', `Its function is now named ${JSON.stringify(edited.reward.name)}.`, {
    place: edited.file, remedy: `Name it ${name} again, or start a new run.`
  })
}
