// Test-only extension: each second, the longest time for which the extension host's event loop was late, appended to a file.
import { appendFileSync, readFileSync } from 'node:fs'

const TICK_MS = 5
const REPORT_MS = 1000

/** A line of the file, of the time since the line before. */
export interface LoopDelay {
  readonly at: number
  /** By which a timer came late, for whatever reason. */
  readonly longestMs: number
  /** Of that, without the time in which the thread could have run and had no processor: what the work of the host itself took. */
  readonly blockedMs: number
}

export function activate(): void {
  const file = process.env['ROLLOUT_LAB_LOOP_DELAYS']
  if (file === undefined) return
  let longestMs = 0
  let blockedMs = 0
  let last = performance.now()
  let waited = waitedForProcessor()
  setInterval(() => {
    const now = performance.now()
    const late = Math.max(0, now - last - TICK_MS)
    const waitedNow = waitedForProcessor()
    longestMs = Math.max(longestMs, late)
    blockedMs = Math.max(blockedMs, late - (waitedNow - waited))
    last = now
    waited = waitedNow
  }, TICK_MS)
  setInterval(() => {
    const delay: LoopDelay = { at: Date.now(), longestMs, blockedMs }
    longestMs = blockedMs = 0
    appendFileSync(file, `${JSON.stringify(delay)}\n`)
  }, REPORT_MS)
}

/** Milliseconds so far in which the main thread was ready to run and none of the processors was free; Linux alone tells. */
function waitedForProcessor(): number {
  return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6
}
