import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { icon } from '../controls/icons.ts'
import { visibleLine } from '../protocol/visibleText.ts'
import type { WatchedRun } from './liveRuns.ts'

const LONGEST = 1000

/** What is wrong with a run, with its remedy; nothing where all is well. `named`: say which run, as there are several. */
export function bannersOf(run: WatchedRun, named: boolean): (TemplateResult | typeof nothing)[] {
  const who = named ? `${run.card.name}: ` : ''
  if (run.gone) return [banner('bad', `${who}The folder of this run was deleted or moved.`, `What was read is still shown. It was at ${run.card.directory}.`)]
  return [
    run.error ? banner('bad', `${who}${run.error.message}`, run.error.remedy) : nothing,
    run.card.problem && !toldByReading(run) ? banner('bad', `${who}${run.card.problem}`) : nothing,
    run.problem ? banner('bad', `${who}${run.problem.message}`, run.problem.remedy) : nothing,
    run.card.status === 'interrupted' ? banner('warn', `${who}The trainer of this run ended without saying so.`, 'Nothing recorded is lost: Resume goes on from the last checkpoint.') : nothing,
    run.live?.explanation ? banner(run.live.connection === 'attached' ? 'info' : 'warn', `${who}${run.live.explanation}`) : nothing,
    ...run.notices.map(({ place, message, count }) => banner('warn', `${who}${place}: ${message}${count > 1 ? ` (${count} times)` : ''}`)),
    ...checkBanners(run, who),
    lastWarning(run, who)
  ]
}

/** A run that cannot be read says the same in its card as in the answer to every question; the answer has the remedy. */
const toldByReading = ({ card, problem }: WatchedRun): boolean => problem !== undefined && card.problem?.startsWith(problem.message) === true

/** Why the run was paused; else what its checks found, where it still trains. */
function checkBanners({ guard, findings, card }: WatchedRun, who: string): TemplateResult[] {
  if (guard?.paused) {
    const checks = guard.paused.checks.map(({ title, evidence }) => `${title}: ${evidence}`).join(' ')
    return [banner('bad', `${who}Paused after step ${guard.paused.step}, because a check turned bad. ${checks}`, 'Continue goes on; the same check pauses it again only after it was better in between.')]
  }
  if (card.status !== 'running' && card.status !== 'paused') return []
  const found = (state: 'bad' | 'warn') => findings.filter((finding) => finding.state === state)
  const bad = found('bad').map(({ title, evidence, advice }) => banner('bad', `${who}${title}: ${evidence}`, advice))
  const warned = found('warn').map(({ title }) => title.toLowerCase())
  return warned.length === 0 ? bad : [...bad, banner('warn', `${who}Checks warn of: ${warned.join(', ')}.`, 'Why is it not learning? has the numbers.')]
}

function lastWarning({ series: { warnings } }: WatchedRun, who: string): TemplateResult | typeof nothing {
  const last = warnings.at(-1)
  if (!last) return nothing
  const others = warnings.filter(({ message }) => message !== last.message).length
  return banner('warn', `${who}${last.step > 0 ? `Step ${last.step}: ` : ''}${last.message}${others > 0 ? ` (${others} other warnings before)` : ''}`)
}

/** Of more runs than one dashboard shows. */
export const leftOutBanner = (leftOut: number, shown: number): TemplateResult =>
  banner('info', `${leftOut} of ${leftOut + shown} runs ${leftOut === 1 ? 'is' : 'are'} left out: a dashboard compares at most ${shown}.`, 'Choose fewer with Compare Runs.')

export function banner(tone: 'bad' | 'warn' | 'info', message: string, remedy?: string): TemplateResult {
  const symbol = tone === 'bad' ? 'error' : tone === 'warn' ? 'warning' : 'info'
  return html`<div class=${`banner ${tone}`}>${icon(symbol)}<p>${visibleLine(message, LONGEST)}${remedy ? html`<br>${visibleLine(remedy, LONGEST)}` : nothing}</p></div>`
}
