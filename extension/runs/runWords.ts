import { plainLine } from '../plainText.ts'
import { sparkLine } from './spark.ts'
import type { RunStanding, ShownRun } from './shownRun.ts'

/**
 * Words, icons and colours of a run's standing: everywhere the same. What lasts for hours does not turn: without a GPU one
 * turning icon keeps the window drawing, which costs half a core.
 */
export const STANDINGS: Readonly<Record<RunStanding, { readonly word: string; readonly icon: string; readonly color?: string }>> = {
  running: { word: 'running', icon: 'play-circle', color: 'charts.blue' },
  paused: { word: 'paused', icon: 'debug-pause', color: 'charts.yellow' },
  waiting: { word: 'attaching', icon: 'loading~spin' },
  hung: { word: 'not answering', icon: 'warning', color: 'charts.orange' },
  mismatch: { word: 'other version', icon: 'versions', color: 'charts.orange' },
  finished: { word: 'finished', icon: 'pass', color: 'charts.green' },
  stopped: { word: 'stopped', icon: 'debug-stop', color: 'descriptionForeground' },
  failed: { word: 'failed', icon: 'error', color: 'charts.red' },
  interrupted: { word: 'interrupted', icon: 'debug-disconnect', color: 'charts.orange' },
  damaged: { word: 'damaged', icon: 'error', color: 'charts.red' },
  newer: { word: 'newer version', icon: 'versions' }
}

/** A share as a whole percentage: `42 %`. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`
export const nameOf = ({ card }: ShownRun): string => plainLine(card.name, 80) || plainLine(card.runId, 80)

/** Beside the name in the tree: `seed 2 · 12/120 · 42 % ▁▂▅█ #tag`; figures first, since a narrow view cuts the end. */
export function runDescription(run: ShownRun): string {
  const { card, standing, step, steps, queued } = run
  const settled = standing === 'finished'
  const figures = [
    card.seed === 1 ? '' : `seed ${card.seed}`,
    OWN_ICON_SAYS_IT.has(standing) ? '' : STANDINGS[standing].word,
    queued ? 'queued' : '',
    card.steps > 0 && !settled ? `${step}/${steps}` : '',
    passAt1Text(run)
  ]
  const words = [joined(figures, ' · '), sparkLine(card.rewardSpark), ...card.tags.map((tag) => `#${plainLine(tag, 20)}`)]
  return joined(words, ' ')
}

/** The usual ones, for which the icon is enough. */
const OWN_ICON_SAYS_IT: ReadonlySet<RunStanding> = new Set<RunStanding>(['running', 'finished', 'stopped'])
const joined = (parts: readonly string[], separator: string): string => parts.filter((part) => part !== '').join(separator)

/** Held-out pass@1: `42 %`, `42 → 61 %`; nothing before the first evaluation. */
export function passAt1Text({ card: { passAt1 } }: ShownRun): string {
  const { before, last } = passAt1
  if (last === undefined) return before === undefined ? '' : percent(before)
  return before === undefined || before === last ? percent(last) : `${Math.round(before * 100)} → ${percent(last)}`
}

/** For screen readers. */
export function spokenRun(run: ShownRun): string {
  const { card, standing, step, steps, watching, queued } = run
  const { before, last } = card.passAt1
  const spark = card.rewardSpark
  const passed = last ?? before
  return [
    nameOf(run), STANDINGS[standing].word, queued ? 'waits in the queue' : '', steps > 0 ? `step ${step} of ${steps}` : '',
    passed === undefined ? '' : `held-out pass at 1 ${percent(passed)}${before !== undefined && last !== undefined && last !== before ? `, ${percent(before)} before` : ''}`,
    spark.length > 1 ? `mean reward ${rounded(spark[0])} at first, ${rounded(spark.at(-1))} now` : '',
    card.pinned ? 'pinned' : '', watching ? 'steered by another window' : '',
    card.tags.length > 0 ? `tags ${card.tags.map((tag) => plainLine(tag, 20)).join(', ')}` : ''
  ].filter((part) => part !== '').join(', ')
}

/** Several lines, plain: never Markdown, whose links could be followed. */
export function runTooltip(run: ShownRun): string {
  const { card, live, standing } = run
  const { before, last } = card.passAt1
  return [
    `${nameOf(run)}: ${STANDINGS[standing].word}${run.watching ? ' (another window steers)' : ''}${run.queued ? ', waits in the queue to be resumed' : ''}`,
    [plainLine(card.recipe, 60), plainLine(card.environment, 60), plainLine(shortModel(card.model), 80), `seed ${card.seed}`].filter((part) => part !== '').join(' · '),
    run.steps > 0 ? `step ${run.step} of ${run.steps}, stage ${plainLine(card.stage, 40)}` : '',
    before === undefined ? '' : `held-out pass@1 before: ${percent(before)}`,
    last === undefined ? '' : `held-out pass@1 last: ${percent(last)}`,
    live?.explanation === undefined ? '' : plainLine(live.explanation, 300),
    card.problem === undefined ? '' : plainLine(card.problem, 300),
    card.notes === '' ? '' : `Notes: ${plainLine(card.notes, 300)}`
  ].filter((line) => line !== '').join('\n')
}

export const shortModel = (model: string): string => model.split(/[\\/]/).filter((part) => part !== '').at(-1) ?? model
const rounded = (value: number | undefined): string => (value ?? 0).toFixed(2)
