import { isGoingOn } from '../../trainer/protocol/goingOn.ts'
import { plainLine } from '../plainText.ts'
import { nameOf } from '../runs/runWords.ts'
import type { RunAction, RunStanding, ShownRun } from '../runs/shownRun.ts'

/** Something about a run that people should decide. */
export interface Attention {
  /** The same matter is told once, until the run goes on. */
  readonly key: string
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly answers: readonly AttentionAnswer[]
}

export type AttentionAnswer = { readonly label: string; readonly does: RunAction | 'openDashboard' | 'showLog' }

const RESUME: AttentionAnswer = { label: 'Resume', does: 'resume' }
const LOOK: AttentionAnswer = { label: 'Open Dashboard', does: 'openDashboard' }
const LOG: AttentionAnswer = { label: 'Show Log', does: 'showLog' }

/** A matter with the run that it is of. */
export interface News {
  readonly attention: Attention
  readonly run: ShownRun
}

/** What is new at each look at the runs. A connection that comes and goes while a run ends is not told twice. */
export function createAttentionWatch(): (runs: readonly ShownRun[]) => readonly News[] {
  const before = new Map<string, RunStanding>()
  const told = new Map<string, Set<string>>()
  return (runs) => runs.flatMap((run) => {
    const { directory } = run.card
    const attention = attentionFor(run, before.get(directory))
    before.set(directory, run.standing)
    // What comes after is another matter, even at the same step.
    if (isGoingOn(run.standing)) told.delete(directory)
    const keys = told.get(directory) ?? new Set()
    if (!attention || keys.has(attention.key)) return []
    told.set(directory, keys.add(attention.key))
    return [{ attention, run }]
  })
}

/**
 * What needs an answer where a run came to stand as it does; undefined = nothing. Only a change seen by this window counts: a
 * run that had failed before is no news.
 */
export function attentionFor(run: ShownRun, before: RunStanding | undefined): Attention | undefined {
  if (before === undefined || before === run.standing || run.watching) return undefined
  const told = say(run)
  return told && { key: `${run.standing} ${run.step}`, ...told }
}

function say(run: ShownRun): Omit<Attention, 'key'> | undefined {
  const name = nameOf(run)
  const why = plainLine(run.live?.explanation ?? run.card.problem ?? '', 240)
  switch (run.standing) {
    case 'failed': {
      const error = run.live?.state?.error
      const reason = error ? `${plainLine(error.message, 240)} ${plainLine(error.remedy, 240)}` : why
      return { severity: 'error', message: `${name} failed at step ${run.step}. ${reason}`.trim(), answers: [LOOK, RESUME, LOG] }
    }
    case 'hung':
      return { severity: 'warning', message: `${name} does not answer. ${why}`.trim(), answers: [{ label: 'End It', does: 'endHung' }, LOG] }
    case 'interrupted':
      return { severity: 'warning', message: `${name} was interrupted at step ${run.step}; nothing recorded is lost. ${why}`.trim(), answers: [RESUME, LOG] }
    case 'mismatch':
      return { severity: 'warning', message: `${name} is trained by another version of Rollout Lab. ${why}`.trim(), answers: [LOG] }
    default:
      return undefined
  }
}
