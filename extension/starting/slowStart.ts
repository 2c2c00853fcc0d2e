import { isCancelledStart } from '../trainers/cancelledStart.ts'

/** Shows what is under way until it has settled; may cancel it. */
export type Show = (cancel: () => void, settled: Promise<unknown>) => void

/** Most starts are over before anybody could read a notification of them. */
const SHOWN_AFTER_MS = 3000

/** A start that takes long is shown, and can be cancelled; undefined = it was. @throws what the start does, also where another window cancelled it */
export async function slowStart<T>(start: (signal: AbortSignal) => Promise<T>, show: Show, shownAfterMs = SHOWN_AFTER_MS): Promise<T | undefined> {
  const abort = new AbortController()
  const starting = start(abort.signal)
  const settled = starting.then(() => undefined, () => undefined)
  const timer = setTimeout(() => show(() => abort.abort(), settled), shownAfterMs)
  try {
    return await starting
  } catch (error) {
    if (abort.signal.aborted && isCancelledStart(error)) return undefined
    throw error
  } finally {
    clearTimeout(timer)
  }
}
