import { STANDINGS, nameOf, passAt1Text, percent } from '../runs/runWords.ts'
import type { ShownRun } from '../runs/shownRun.ts'

export interface StatusText {
  /** May hold an icon in front. */
  readonly text: string
  readonly tooltip: string
  readonly spoken: string
  readonly warns: boolean
  /** The run that a click opens; absent = the list. */
  readonly directory?: string
}

/** Standings that a person would want in sight; in this order of importance. */
const IN_SIGHT = ['hung', 'running', 'paused', 'waiting', 'mismatch'] as const

/** The run to follow: one that this window steers before one that it watches, the one that moved last first. */
export function activeRun(runs: readonly ShownRun[]): ShownRun | undefined {
  const rank = ({ standing, watching }: ShownRun): number => IN_SIGHT.findIndex((each) => each === standing) + (watching ? IN_SIGHT.length : 0)
  const inSight = runs.filter(({ standing, live }) => live !== undefined && IN_SIGHT.some((each) => each === standing))
  return inSight.sort((a, b) => rank(a) - rank(b) || (a.card.updatedAt < b.card.updatedAt ? 1 : -1))[0]
}

/** Undefined = nothing to follow. */
export function statusText(runs: readonly ShownRun[], queued: number): StatusText | undefined {
  const run = activeRun(runs)
  if (!run) return queued > 0 ? waitingText(queued) : undefined
  const others = runs.filter(({ live, standing }) => live !== undefined && standing === 'running').length - (run.standing === 'running' ? 1 : 0)
  const waiting = [others > 0 ? `${others} more` : '', queued > 0 ? `${queued} queued` : ''].filter((part) => part !== '').join(', ')
  const { icon, word } = STANDINGS[run.standing]
  const reward = run.live?.metrics?.['reward/mean']
  const figures = [
    run.steps > 0 ? `${run.step}/${run.steps}` : '', reward === undefined ? '' : `reward ${reward.toFixed(2)}`, passAt1Text(run)
  ].filter((part) => part !== '')
  return {
    text: [`$(${icon}) ${nameOf(run)} ${figures[0] ?? word}`, ...figures.slice(1), ...(waiting === '' ? [] : [waiting])].join(' · '),
    tooltip: tooltip(run, reward, waiting), directory: run.card.directory, warns: run.standing === 'hung' || run.standing === 'mismatch',
    spoken: `Rollout Lab: ${nameOf(run)} ${word}${run.steps > 0 ? `, step ${run.step} of ${run.steps}` : ''}${waiting === '' ? '' : `, ${waiting}`}`
  }
}

/** Runs wait for a device that this window's runs do not hold. */
function waitingText(queued: number): StatusText {
  const text = queued === 1 ? '1 run queued' : `${queued} runs queued`
  return { text: `$(clock) ${text}`, tooltip: `${text}: the device is taken by a run of another window or folder.\nClick to show the queue.`, spoken: `Rollout Lab: ${text}`, warns: false }
}

function tooltip(run: ShownRun, reward: number | undefined, waiting: string): string {
  const { before, last = before } = run.card.passAt1
  return [
    `${nameOf(run)}: ${STANDINGS[run.standing].word}${run.watching ? ' (another window steers)' : ''}`,
    reward === undefined ? '' : `mean reward of the last step's rollouts: ${reward.toFixed(3)}`,
    last === undefined ? '' : `pass@1 on held-out problems: ${percent(last)}`,
    waiting, 'Click to open the dashboard.'
  ].filter((line) => line !== '').join('\n')
}
