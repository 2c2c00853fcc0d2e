import type { StepRange } from '../charts/chartData.ts'

/** What the page keeps over being hidden and over a reload of the window. */
export interface ViewState {
  readonly smoothing: number
  readonly zoom: StepRange
  /** Key of the stages that charts are of; null = as it comes. */
  readonly track: string | null
  readonly hiddenCharts: readonly string[]
  readonly hiddenRuns: readonly string[]
  readonly joinSeeds: boolean
  /** Chosen line by chart, where several runs are compared. */
  readonly choices: Readonly<Record<string, string>>
  readonly openPanels: readonly string[]
  readonly scroll: number
}

export const FRESH: ViewState = { smoothing: 0, zoom: null, track: null, hiddenCharts: [], hiddenRuns: [], joinSeeds: true, choices: {}, openPanels: [], scroll: 0 }
export const SMOOTHING_MAX = 0.99

/** Saved state as far as it can be understood; what is missing or strange is as in a fresh view. */
export function readViewState(saved: unknown): ViewState {
  if (!isRecord(saved)) return FRESH
  const { smoothing, zoom, joinSeeds, choices, scroll } = saved
  return {
    smoothing: isFiniteNumber(smoothing) ? Math.min(SMOOTHING_MAX, Math.max(0, smoothing)) : FRESH.smoothing,
    zoom: isRecord(zoom) && isFiniteNumber(zoom['from']) && isFiniteNumber(zoom['to']) && zoom['from'] < zoom['to'] ? { from: zoom['from'], to: zoom['to'] } : null,
    track: typeof saved['track'] === 'string' ? saved['track'] : null,
    hiddenCharts: texts(saved['hiddenCharts']),
    hiddenRuns: texts(saved['hiddenRuns']),
    joinSeeds: typeof joinSeeds === 'boolean' ? joinSeeds : FRESH.joinSeeds,
    choices: isRecord(choices) ? Object.fromEntries(Object.entries(choices).filter((entry): entry is [string, string] => typeof entry[1] === 'string')) : {},
    openPanels: texts(saved['openPanels']),
    scroll: isFiniteNumber(scroll) ? scroll : 0
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [])

/** The list with the item in it, or without it. */
export function toggled(list: readonly string[], item: string, present: boolean): string[] {
  const others = list.filter((other) => other !== item)
  return present ? [...others, item] : others
}
