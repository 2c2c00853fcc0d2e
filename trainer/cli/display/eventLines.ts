import type { RunEvent } from '../../protocol/events.ts'
import type { Estimate } from '../../protocol/numbers.ts'
import type { EvaluationResult } from '../../protocol/summary.ts'
import { amount, duration, estimate, share } from '../terminal/numbers.ts'
import { plainLine } from '../terminal/plainText.ts'
import { passAtMost } from './summaryText.ts'

export type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>

/** Metrics of a step that the progress line shows; an empty text is left out. */
const SHOWN_METRICS: readonly { readonly name: string; readonly show: (value: number) => string }[] = [
  { name: 'reward/mean', show: (value) => `reward ${share(value)}` },
  { name: 'train/passAt1', show: (value) => `train pass@1 ${share(value)}` },
  { name: 'rollouts/notScorable', show: (value) => (value > 0 ? `${amount(value)} not scorable` : '') },
  { name: 'throughput/sampled', show: (value) => `${amount(value)} tokens/s` }
]

/** `step 12/60  reward 0.412  train pass@1 0.380  3 not scorable  5,210 tokens/s  1:20 left`; tokens as sampled. */
export function stepLine({ step, metrics, secondsLeft }: EventOf<'stepFinished'>, steps: number): string {
  const shown = SHOWN_METRICS.flatMap(({ name, show }) => {
    const value = metrics[name]
    const text = value === undefined ? '' : show(value)
    return text === '' ? [] : [text]
  })
  const left = secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]
  return [`step ${step}/${steps}`, ...shown, ...left].join('  ')
}

export function stageLine({ stage, done, of, loss, tokensPerSecond }: EventOf<'stageProgress'>): string {
  const lossShown = loss === undefined ? [] : [`loss ${loss.toFixed(4)}`]
  return [`${plainLine(stage)} ${done}/${of}`, ...lossShown, `${amount(tokensPerSecond)} tokens/s`].join('  ')
}

/** `held-out before: pass@1 0.281 [0.260, 0.302]  pass@16 …  greedy …`. */
export function evaluationLine({ when, name, step, result }: EventOf<'evaluation'>): string {
  const moment = when === 'during' ? `at step ${step}` : when
  return `${plainLine(name === 'heldOut' ? 'held-out problems' : name)} ${moment}: ${evaluationFigures(result)}`
}

export function evaluationFigures(result: EvaluationResult): string {
  const figures: [string, Estimate | undefined][] = [
    ['pass@1', result.passAt1], ...passAtMost(result).map(({ label, of }): [string, Estimate | undefined] => [label, of(result)]), ['greedy', result.greedy], ['true steps', result.stepTruth]
  ]
  return figures.flatMap(([label, value]) => (value ? [`${label} ${estimate(value)}`] : [])).join('  ')
}

/** What an event says to people in one line that stays; undefined for those that only move the progress line. */
export function lastingLine(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'runStarted': return `${event.resumed ? 'Going on with' : 'Starting'} run ${plainLine(event.runId)} in ${plainLine(event.directory)}`
    case 'stageStarted': return `Stage ${plainLine(event.stage)}: ${event.steps} steps`
    case 'evaluation': return evaluationLine(event)
    case 'engineRestarted': return `The engine was started again (${plainLine(event.reason)}); step ${event.redoStep} is done again.`
    case 'recovered': return `Recovered ${plainLine(event.what)}: ${plainLine(event.detail)}`
    case 'warning': return `Warning${event.step > 0 ? ` at step ${event.step}` : ''}: ${plainLine(event.message)}`
    default: return undefined
  }
}
