import { html, nothing } from 'lit'
import type { LabelProgress, LabelQueueKind } from '../../../trainer/protocol/labelViews.ts'
import '../../controls/infoTip.ts'
import { visibleLine } from '../../protocol/visibleText.ts'
import { countText, numberText } from '../../inspector/rowText.ts'
import type { LabellerModel } from '../labellerModel.ts'
import { QUEUE_WORDS } from '../labellerSettings.ts'

/** What is labelled, in which order and how, and how far it went. */
export function labellerHeader(model: LabellerModel, { agreement, help }: { readonly agreement: () => void; readonly help: () => void }) {
  const { settings, start, queue } = model
  const name = visibleLine(start.run.name, 40)
  return html`<header>
    <h1 title=${name}>Label ${name}</h1>
    <label>Queue <select aria-label="Queue" title=${QUEUE_WORDS[settings.kind][1]} @change=${(event: Event) => void model.change({ kind: chosen(event) as LabelQueueKind })}>${Object.entries(QUEUE_WORDS).map(
      ([kind, [title, explained]]) => html`<option value=${kind} title=${explained} .selected=${kind === settings.kind}>${title}</option>`
    )}</select></label>
    ${start.labelSets.length === 0 ? nothing : html`<label>Label set <select aria-label="Label set" @change=${(event: Event) => void model.change({ labelSet: chosen(event) })}>
      <option value="" .selected=${settings.labelSet === ''}>none</option>${start.labelSets.map(
        (set) => html`<option value=${set.name} title=${visibleLine(set.description, 300)} .selected=${set.name === settings.labelSet}>${visibleLine(set.title, 60)}</option>`
      )}</select></label>`}
    ${box('Pairs', 'Two attempts at one problem: which is better, and why', settings.pairs, (pairs) => void model.change({ pairs }))}
    ${box('Blind', 'Hide reward, gold answer and others’ labels (i)', settings.blind, () => model.toggleBlind())}
    ${settings.pairs ? nothing : box('Stop at the first error', 'What comes after the first bad step is not rated, as in PRM800K’s second phase', settings.stopAtFirstError, (stopAtFirstError) => void model.change({ stopAtFirstError }))}
    <span class="place">${queue.length > 0 ? html`item <b>${countText(queue.at + 1)}</b> of ${countText(queue.length)}` : nothing}</span>
    ${progress(model.progress, start.labeler)}
    <span class="buttons"><button type="button" class="tool" title="How far labelers agree (g)" @click=${agreement}>Agreement</button>
    <button type="button" class="icon-button" aria-label="Keys" title="Keys (?)" @click=${help}>?</button></span>
  </header>`
}

function box(title: string, explained: string, on: boolean, change: (on: boolean) => void) {
  return html`<label title=${explained}><input type="checkbox" .checked=${on} @change=${(event: Event) => change((event.currentTarget as HTMLInputElement).checked)}>${title}</label>`
}

/** How far the labeler is, how fast, and how steady; each with what it counts. */
function progress(known: LabelProgress | undefined, labeler: string) {
  if (!known) return nothing
  const { completed, total, today, medianSeconds, consistency, qualityControl } = known
  return html`<lab-info-tip label="progress" text=${explained(known, labeler)}><span class="progress">
    <progress max=${Math.max(1, total)} value=${completed} aria-label="Completed rollouts of the run"></progress>
    <span><b>${countText(completed)}</b> of ${countText(total)}</span><span>${countText(today)} today</span>
    ${medianSeconds === null ? nothing : html`<span>${numberText(medianSeconds)} s each</span>`}
    ${consistency ? html`<span>steady ${percent(consistency.value)}</span>` : nothing}
    ${qualityControl ? html`<span>checks ${percent(qualityControl.value)}</span>` : nothing}</span></lab-info-tip>`
}

function explained({ completed, total, today, medianSeconds, consistency, qualityControl, drafts }: LabelProgress, labeler: string): string {
  const share = (what: NonNullable<LabelProgress['consistency']>) => `${percent(what.value)} (95 % interval ${percent(what.low)} to ${percent(what.high)}, ${countText(what.items)} items)`
  return [
    `Of ${labeler}.`,
    `Completed: ${countText(completed)} of ${countText(total)} rollouts of the run, ${countText(today)} of them today.`,
    medianSeconds === null ? '' : `Pace: ${numberText(medianSeconds)} s from shown to completed, pauses left out; median of the last 50.`,
    consistency ? `Steady: own labels given again alike on items shown twice, ${share(consistency)}.` : 'Steady: no item was shown twice yet.',
    qualityControl ? `Checks: right on quality-control items whose label is known, ${share(qualityControl)}.` : 'Checks: no quality-control item yet.',
    ...drafts.map(({ source, accepted, edited, rejected, open }) => `Drafts of ${visibleLine(source, 60)}: ${countText(accepted)} accepted, ${countText(edited)} edited, ${countText(rejected)} rejected, ${countText(open)} open.`)
  ].filter((line) => line !== '').join('\n')
}

const percent = (value: number) => `${Math.round(value * 100)} %`
const chosen = (event: Event) => (event.currentTarget as HTMLSelectElement).value
