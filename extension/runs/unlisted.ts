import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { LiveRun } from '../contracts/trainers.ts'
import { isKnownRun } from '../views/knownRuns.ts'
import { isLiving } from './shownRun.ts'

/** Whether a trainer works on a run of these folders that is not among the cards: they were read before it was made. One that has ended may be deleted for good. */
export const lacksLivingRun = (cards: readonly Pick<RunCard, 'directory'>[], live: readonly LiveRun[], runsFolders: readonly string[]): boolean =>
  live.some((run) => isLiving(run) && isKnownRun(run.directory, runsFolders) && !cards.some(({ directory }) => directory === run.directory))
