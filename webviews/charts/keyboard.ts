import type { StepRange } from './chartData.ts'
import { nearestIndex } from './steps.ts'

export interface ChartPlace {
  /** Steps that have values. */
  readonly steps: readonly number[]
  /** Where the cursor is; null = nowhere. */
  readonly step: number | null
  readonly range: StepRange
  readonly domain: { readonly from: number; readonly to: number }
}

export type ChartMove =
  | { readonly kind: 'cursor'; readonly step: number }
  | { readonly kind: 'zoom'; readonly range: StepRange }
  | { readonly kind: 'pick'; readonly step: number }

type Key = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>

/**
 * What a key does on a chart: arrows move the cursor (with Shift by a tenth of what is in view), Home and End go to its ends,
 * + and − zoom about the cursor, 0 and Escape show everything, Enter and Space pick the step.
 */
export function moveFor(event: Key, place: ChartPlace): ChartMove | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined
  const { from, to } = place.range ?? place.domain
  const inView = place.steps.filter((step) => step >= from && step <= to)
  const at = nearestIndex(inView, place.step ?? to)
  if (at < 0) return undefined
  const far = Math.max(1, Math.round(inView.length / 10))
  const cursor = (index: number): ChartMove => ({ kind: 'cursor', step: inView[Math.min(inView.length - 1, Math.max(0, index))]! })
  const by = event.shiftKey ? far : 1
  switch (event.key) {
    case 'ArrowLeft': case 'ArrowDown': return cursor(place.step === null ? at : at - by)
    case 'ArrowRight': case 'ArrowUp': return cursor(place.step === null ? at : at + by)
    case 'PageDown': return cursor(at - far)
    case 'PageUp': return cursor(at + far)
    case 'Home': return cursor(0)
    case 'End': return cursor(inView.length - 1)
    case 'Enter': case ' ': return { kind: 'pick', step: inView[at]! }
    case '+': case '=': return { kind: 'zoom', range: zoomed(place, inView[at]!, 0.5) }
    case '-': return { kind: 'zoom', range: zoomed(place, inView[at]!, 2) }
    case '0': return { kind: 'zoom', range: null }
    case 'Escape': return place.range ? { kind: 'zoom', range: null } : undefined
    default: return undefined
  }
}

/** The range in view scaled about a step, within the domain; null where it would show everything. */
function zoomed({ range, domain }: ChartPlace, about: number, factor: number): StepRange {
  const { from, to } = range ?? domain
  const next = { from: Math.max(domain.from, Math.floor(about - (about - from) * factor)), to: Math.min(domain.to, Math.ceil(about + (to - about) * factor)) }
  if (next.from <= domain.from && next.to >= domain.to) return null
  return next.to > next.from ? next : { from, to }
}
