import { durationText } from '../charts/numberText.ts'
import type { SteeringAction } from '../protocol/dashboard.ts'
import type { WatchedRun } from './liveRuns.ts'
import { RL_TRACK } from './tracks.ts'

type Status = WatchedRun['card']['status']

const STATUS_WORDS: Record<Status, string> = {
  running: 'running', paused: 'paused', stopped: 'stopped', failed: 'failed', finished: 'finished',
  interrupted: 'interrupted', damaged: 'cannot be read', newer: 'of a newer version'
}

/** State of a run in a word or two. */
export function stateWord(run: WatchedRun): string {
  if (run.gone) return 'deleted or moved'
  if (run.live?.connection === 'hung') return 'not responding'
  return STATUS_WORDS[run.card.status]
}

/** Whether its files say anything but that it is a run. */
export const isReadable = ({ card }: Pick<WatchedRun, 'card'>): boolean => card.status !== 'damaged' && card.status !== 'newer'

/** How a run among several is called; of one that cannot be read nobody knows the seed. */
export const nameAmong = (run: Pick<WatchedRun, 'card'>): string => (isReadable(run) ? `${run.card.name}, seed ${run.card.seed}` : run.card.name)

export type Tone = 'plain' | 'live' | 'good' | 'warn' | 'bad'

export function toneOf(run: WatchedRun): Tone {
  if (run.gone || run.card.status === 'failed' || run.card.status === 'damaged') return 'bad'
  if (run.live?.connection === 'hung' || run.card.status === 'interrupted' || run.card.status === 'newer') return 'warn'
  if (run.card.status === 'running') return 'live'
  return run.card.status === 'finished' ? 'good' : 'plain'
}

/** "about 3 min left": what the trainer said, else from the time of the last steps; nothing where it does not run. */
export function timeLeft(run: WatchedRun): string | undefined {
  const { card, series } = run
  if (run.gone || card.status !== 'running') return undefined
  const seconds = series.secondsLeft ?? secondsByPace(run)
  return seconds === undefined ? undefined : `about ${durationText(seconds)} left`
}

const PACE_STEPS = 20

/** Of reinforcement learning, whose steps a run says how many it has. */
function secondsByPace({ card, series: { tracks } }: WatchedRun): number | undefined {
  const { steps, seconds } = tracks.get(RL_TRACK) ?? { steps: [], seconds: [] }
  const first = Math.max(0, steps.length - 1 - PACE_STEPS)
  const done = (steps.at(-1) ?? 0) - (steps[first] ?? 0)
  if (done <= 0) return undefined
  return (((seconds.at(-1) ?? 0) - (seconds[first] ?? 0)) / done) * Math.max(0, card.steps - card.step)
}

export const ACTION_LABELS: Record<SteeringAction, { readonly label: string; readonly explanation: string }> = {
  pause: { label: 'Pause', explanation: 'Waits at the next safe point; the trainer stays in memory.' },
  continue: { label: 'Continue', explanation: 'Goes on from where it paused.' },
  stop: { label: 'Stop', explanation: 'Stops at the next safe point; the run can be resumed from there.' },
  stopNow: { label: 'Stop Now', explanation: 'Stops at once; the step in hand is done again on resume.' },
  resume: { label: 'Resume', explanation: 'Starts a trainer that goes on from the last checkpoint.' },
  takeSteering: { label: 'Take Over', explanation: 'Another window steers this run; steer it from here.' },
  endHung: { label: 'End Process', explanation: 'The trainer does not answer; end it, then resume the run.' }
}
