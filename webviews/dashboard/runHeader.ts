import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { swatch } from '../charts/swatch.ts'
import { isChecked } from '../controls/registerControls.ts'
import type { SteeringAction } from '../protocol/dashboard.ts'
import type { WatchedRun } from './liveRuns.ts'
import { ACTION_LABELS, isReadable, stateWord, timeLeft, toneOf } from './runWords.ts'

export interface HeaderActions {
  readonly steer: (run: WatchedRun, action: SteeringAction) => void
  readonly show: (run: WatchedRun, shown: boolean) => void
}

/** How a run is drawn where several are compared. */
export interface RunLook {
  readonly color: number
  readonly label: string
  readonly shown: boolean
}

/** Name, state, progress, time left and what can be done with the run now. */
export function runHeader(run: WatchedRun, look: RunLook | undefined, actions: HeaderActions): TemplateResult {
  const { card } = run
  return html`<div class="run">
    ${look
      ? html`<vscode-checkbox aria-label=${`Show ${look.label}`} .checked=${look.shown} @change=${(event: Event) => actions.show(run, isChecked(event))}></vscode-checkbox>
          ${swatch(look.color, look.color)}<h2>${look.label}</h2>`
      : html`<h1>${card.name}</h1>`}
    <span class=${`state ${toneOf(run)}`}><span>${stateWord(run)}</span></span>
    ${progress(run)}
    ${run.gone ? nothing : steering(run, actions)}
    <span class="about faint">${[card.recipe, card.model, isReadable(run) ? `seed ${card.seed}` : '', card.stage && card.status === 'running' ? `stage ${card.stage}` : ''].filter(Boolean).join(' · ')}</span>
  </div>`
}

function progress(run: WatchedRun): TemplateResult | typeof nothing {
  const { card } = run
  if (!isReadable(run)) return nothing
  const left = timeLeft(run)
  return html`<span class="progress">
    <progress aria-label=${`Progress of ${card.name}`} max=${Math.max(1, card.steps)} value=${Math.min(card.step, card.steps)}></progress>
    step ${card.step} of ${card.steps}${left ? html`<span class="faint">${left}</span>` : nothing}
  </span>`
}

function steering(run: WatchedRun, { steer }: HeaderActions): TemplateResult | typeof nothing {
  const actions = run.live?.actions ?? []
  if (actions.length === 0) return nothing
  return html`<span class="buttons">
    ${actions.map((action, i) => {
      const { label, explanation } = ACTION_LABELS[action]
      return html`<vscode-button appearance=${i === 0 ? 'primary' : 'secondary'} title=${explanation} aria-label=${`${label} ${run.card.name}`}
        @click=${() => steer(run, action)}>${label}</vscode-button>`
    })}
  </span>`
}
