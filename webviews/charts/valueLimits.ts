import uPlot from 'uplot'
import type { ValueRange } from './chartData.ts'

/** Ends of the value axis for values from `low` to `high`; null = there are none. */
export function valueLimits(range: ValueRange, low: number | null, high: number | null): [number, number] {
  // A little room, or lines at 0 and 1 would be cut in half.
  if (range === 'share') return [-0.02, 1.02]
  if (low === null || high === null) return [0, 1]
  if (range === 'zero') return [Math.min(0, low), high > 0 ? high * 1.05 : 1]
  return low === high ? around(low) : (uPlot.rangeNum(low, high, 0.1, true) as [number, number])
}

/** One value alone lies in the middle of an axis of its own size: uPlot would end that of a 0 at 100. */
function around(value: number): [number, number] {
  const room = Math.abs(value) / 2 || 0.5
  return [value - room, value + room]
}
