import { isGoingOn } from '../../trainer/protocol/goingOn.ts'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { LiveRun } from '../contracts/trainers.ts'

/** How a run stands, for people. `waiting` = attaching to its trainer. */
export type RunStanding =
  | 'running' | 'paused' | 'waiting' | 'hung' | 'mismatch'
  | 'finished' | 'stopped' | 'failed' | 'interrupted' | 'damaged' | 'newer'

/** A run of the folder together with what its trainer last said. */
export interface ShownRun {
  readonly card: RunCard
  readonly live?: LiveRun
  readonly standing: RunStanding
  readonly step: number
  readonly steps: number
  /** Another window steers it. */
  readonly watching: boolean
  /** It waits for its turn to be resumed. */
  readonly queued: boolean
}

export function shownRun(card: RunCard, told: LiveRun | undefined, queued = false): ShownRun {
  const live = isTakenUp(card, told) ? undefined : told
  const state = live?.state
  return {
    card, queued, standing: standingOf(card, live), watching: isLiving(live) && live?.role === 'watching',
    step: state?.step ?? card.step, steps: state?.steps ?? card.steps, ...(live && { live })
  }
}

/** A process trains it or may do so: nothing of it may be deleted. */
export const isLiving = (live: LiveRun | undefined): boolean => live !== undefined && live.connection !== 'ended' && live.connection !== 'lost'

/** The run's own lock tells that a process holds it: what this window last heard is of a trainer that has gone, and somebody resumed the run elsewhere. */
const isTakenUp = (card: RunCard, live: LiveRun | undefined): boolean => !isLiving(live) && isGoingOn(card.status)

function standingOf(card: RunCard, live: LiveRun | undefined): RunStanding {
  switch (live?.connection) {
    case 'attached': return live.state?.status ?? 'running'
    case 'attaching': return 'waiting'
    case 'hung': return 'hung'
    case 'mismatch': return 'mismatch'
    default: return card.status
  }
}

/** Its record could be read: what is kept with a run, its text and its figures are there. One that is damaged or newer in whole has no id. */
export const isReadable = ({ card }: ShownRun): boolean => card.runId !== ''

export type RunAction =
  | 'pause' | 'continue' | 'stop' | 'stopNow' | 'resume' | 'takeSteering' | 'endHung' | 'delete' | 'useCheckpoint'

/** What can be done with a run as it stands. */
export function actionsOf({ standing, watching, queued, live, card }: ShownRun): readonly RunAction[] {
  const checkpoints: RunAction[] = card.checkpoints > 0 ? ['useCheckpoint'] : []
  if (live?.connection === 'attached' && isGoingOn(standing)) {
    const steering: RunAction[] = [standing === 'running' ? 'pause' : 'continue', 'stop', 'stopNow']
    return [...(watching ? (['takeSteering'] satisfies RunAction[]) : steering), ...checkpoints]
  }
  if (standing === 'hung') return ['endHung', ...checkpoints]
  if (isLiving(live) || queued) return checkpoints
  const resumable: RunAction[] = ['stopped', 'failed', 'interrupted'].includes(standing) ? ['resume'] : []
  // Recorded as going on: a process that this window does not know (of another machine or container) may hold it.
  return [...resumable, ...(isGoingOn(standing) ? [] : (['delete'] satisfies RunAction[])), ...checkpoints]
}

export const can = (run: ShownRun, action: RunAction): boolean => actionsOf(run).includes(action)
