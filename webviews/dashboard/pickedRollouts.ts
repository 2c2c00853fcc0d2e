import type { RolloutFilter } from '../../trainer/protocol/rolloutViews.ts'
import type { ChartEvents } from '../charts/labChart.ts'
import type { ChartSpec } from './chartList.ts'
import type { DashboardModel } from './dashboardModel.ts'
import { RL_TRACK } from './tracks.ts'

type Drawn = Pick<DashboardModel, 'track' | 'drawn'>

/** Whether there are rollouts behind the steps of a chart: a supervised stage samples nothing but its evaluations. */
export const hasRollouts = (spec: ChartSpec, { track }: Drawn): boolean => track === RL_TRACK || spec.lines.some(({ from }) => from === 'evaluation')

/** The rollouts behind a step of a chart, under the step that they are recorded with. Where only evaluations have a value, theirs. */
export function rolloutsAt(spec: ChartSpec, { drawn }: Drawn, { step, sparse }: ChartEvents['pick']): RolloutFilter {
  const kind = sparse ? 'evaluation' : spec.rollouts
  const steps = kind === 'train' ? [step] : drawn.map(({ series }) => series.evaluatedFrom + step)
  return { steps: { from: Math.min(...steps), to: Math.max(...steps) }, kinds: [kind] }
}
