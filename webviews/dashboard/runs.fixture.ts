import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { RunEvent } from '../../trainer/protocol/events.ts'
import type { WatchedRun } from './liveRuns.ts'
import { appendEvents, appendMetrics, emptySeries } from './runSeries.ts'
import type { RunSeries } from './runSeries.ts'
import { RL_TRACK } from './tracks.ts'
import { trackSeries } from './trackSeries.ts'
import type { TrackSeries } from './trackSeries.ts'

export function card(more: Partial<RunCard> = {}): RunCard {
  return {
    directory: '/runs/a', runId: 'a', name: 'chain', recipe: 'grpo', model: 'm', environment: 'e', seed: 1, study: 's', notes: '', tags: [], pinned: false,
    createdAt: '', status: 'running', stage: 'rl', step: 3, steps: 10, updatedAt: '', passAt1: {}, rewardSpark: [], checkpoints: 0, ...more
  }
}

export function evaluation(step: number, value: number, name = 'heldOut'): Extract<RunEvent, { type: 'evaluation' }> {
  const estimate = { value, low: value - 0.1, high: value + 0.1 }
  return {
    version: 1, at: '2026-01-01T00:00:00Z', step, type: 'evaluation', when: 'during', name,
    result: { environment: 'e', problems: 10, samplesPerProblem: 4, temperature: 1, passAt1: estimate, passAtK: { 1: estimate, 4: { ...estimate, value: 1 } }, truncated: 0, meanTokens: 9 }
  }
}

export function warning(at: string, message: string): Extract<RunEvent, { type: 'warning' }> {
  return { version: 1, at, step: 2, type: 'warning', code: 'c', message }
}

/** A run with these values over steps 1, 2, … */
export function seriesOf(values: Readonly<Record<string, readonly (number | null)[]>>, events: readonly RunEvent[] = []): RunSeries {
  const series = emptySeries()
  const steps = (Object.values(values)[0] ?? []).map((_, i) => i + 1)
  appendMetrics(series, { planned: [{ name: 'rl', supervised: false }], stages: steps.map(() => 'rl'), steps, seconds: steps.map((step) => step * 2), series: values, next: 100 })
  appendEvents(series, events, 100)
  return series
}

/** The same as charts draw it. */
export function drawnSeries(...of: Parameters<typeof seriesOf>): TrackSeries {
  return trackSeries(seriesOf(...of), RL_TRACK)!
}

export function watched(more: Partial<WatchedRun> = {}): WatchedRun {
  return { card: card(), series: emptySeries(), error: undefined, notices: [], live: undefined, guard: undefined, findings: [], gone: false, loading: false, problem: undefined, ...more }
}
