// Test-only extension: each second, the longest time for which the extension host's event loop was late, appended to a file.
import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 5

/** A line of the file. */
export interface LoopDelay {
  readonly at: number
  readonly longestMs: number
}

export function activate(): void {
  const file = process.env['ROLLOUT_LAB_LOOP_DELAYS']
  if (file === undefined) return
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  setInterval(() => {
    const delay: LoopDelay = { at: Date.now(), longestMs: Math.max(0, histogram.max / 1e6 - RESOLUTION_MS) }
    histogram.reset()
    appendFileSync(file, `${JSON.stringify(delay)}\n`)
  }, 1000)
}
