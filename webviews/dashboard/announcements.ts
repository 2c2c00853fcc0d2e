import type { WatchedRun } from './liveRuns.ts'
import { stateWord } from './runWords.ts'

/** Says only what changes the state of a run (paused, failed, finished, a warning), never that a step was done. */
export class Announcer {
  readonly #states = new Map<string, string>()
  readonly #warned = new Map<string, number>()

  /** What to say of this run now; nothing for what was said or where a page just began. */
  changesOf(run: WatchedRun): string | undefined {
    const { directory, name } = run.card
    const state = stateWord(run)
    const warning = run.series.warnings.at(-1)
    const at = warning ? Date.parse(warning.at) : 0
    const [before, warnedAt] = [this.#states.get(directory), this.#warned.get(directory)]
    this.#states.set(directory, state)
    if (!run.loading) this.#warned.set(directory, Math.max(at, warnedAt ?? 0))
    if (before !== undefined && before !== state) return `Run ${name}: ${state}.${run.error ? ` ${run.error.message}` : ''}`
    return warning && warnedAt !== undefined && at > warnedAt ? `Run ${name}: warning. ${warning.message}` : undefined
  }
}
