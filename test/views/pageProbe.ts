import type { Frame } from 'playwright-core'

/** What the probe tells of the list that is on screen. Times are Date.now() of the page, the clock of this machine. */
export interface ListState {
  readonly count: number
  readonly total: number
  readonly loading: boolean
  readonly view: string
  readonly follow?: boolean
  readonly behind?: boolean
  readonly problem?: string
  /** Positions of the rows that are drawn with their values, in order. */
  readonly drawn: readonly number[]
}

/** Sets up window.labProbe: how a view is looked at without disturbing it. */
const PROBE = `
(() => {
  const probe = { shown: [], steps: [], events: [] }
  const list = () => document.querySelector('lab-inspector')?.shadowRoot?.querySelector('lab-list-pane')?.shadowRoot?.querySelector('lab-rollout-list')
  const drawn = () => [...(list()?.shadowRoot?.querySelectorAll('.row') ?? [])].filter((row) => !row.querySelector('.loading')).map((row) => Number(row.id.slice(3)))
  probe.list = list
  probe.state = () => {
    const { model } = list() ?? {}
    return { count: model?.info?.count ?? 0, total: model?.info?.total ?? 0, loading: model?.loading ?? true, view: model?.info?.view ?? '', follow: model?.follow, behind: model?.behind, problem: model?.error?.message, drawn: drawn() }
  }
  // Resolves to the time of the first frame in which it holds.
  probe.when = (holds) => new Promise((resolve, reject) => {
    const until = Date.now() + 30000
    const look = () => {
      if (holds()) resolve(Date.now())
      else if (Date.now() > until) reject(new Error('never so: ' + holds + ' in ' + JSON.stringify(probe.state())))
      else requestAnimationFrame(look)
    }
    look()
  })
  // Newest step drawn and rollouts counted, with the time at which they were on screen.
  const legendStep = () => {
    const chart = document.querySelector('lab-dashboard')?.shadowRoot?.querySelector('lab-chart')
    return Number(/step (\\d+)/.exec(chart?.shadowRoot?.querySelector('.legend li')?.textContent ?? '')?.[1] ?? -1)
  }
  probe.follow = () => setInterval(() => {
    const total = list()?.model?.info?.total
    if (total !== undefined && total !== probe.shown.at(-1)?.[1]) probe.shown.push([Date.now(), total])
    const step = legendStep()
    if (step >= 0 && step !== probe.steps.at(-1)?.[1]) probe.steps.push([Date.now(), step])
  }, 20)
  new PerformanceObserver((entries) => {
    for (const { name, duration, startTime } of entries.getEntries()) if (name === 'keydown' || name === 'input' || name === 'keyup') probe.events.push([name, duration, performance.timeOrigin + startTime])
  }).observe({ type: 'event', durationThreshold: 16 })
  window.labProbe = probe
})()`

export async function addProbe(frame: Frame): Promise<void> {
  await frame.evaluate(PROBE)
}

export const listState = (frame: Frame): Promise<ListState> => frame.evaluate<ListState>('labProbe.state()')

/** Milliseconds from doing something in the page until a condition holds in it: both are expressions over `probe` and, for the condition, `before`. */
export function timeInPage(frame: Frame, act: string, until: string): Promise<number> {
  return frame.evaluate<number>(`(async () => {
    const probe = labProbe
    const before = { ...probe.state(), row: probe.list()?.model?.pages.row(0) }
    const start = Date.now();
    ${act};
    return (await probe.when(() => ${until})) - start
  })()`)
}
