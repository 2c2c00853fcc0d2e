import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { isChecked } from '../controls/registerControls.ts'
import { CHARTS } from './chartList.ts'
import type { DashboardModel } from './dashboardModel.ts'
import { SMOOTHING_MAX, toggled } from './viewState.ts'
import type { ViewState } from './viewState.ts'

export interface ToolbarInput {
  readonly state: ViewState
  readonly model: Pick<DashboardModel, 'recorded' | 'tracks' | 'track'>
  readonly seeds: boolean
  readonly change: (part: Partial<ViewState>) => void
  readonly addRun: () => void
  readonly exportAll: () => void
}

export function toolbar({ state, model, seeds, change, addRun, exportAll }: ToolbarInput): TemplateResult {
  const smooth = (event: Event) => change({ smoothing: Number((event.currentTarget as HTMLInputElement).value) })
  return html`<div class="toolbar" role="toolbar" aria-label="Charts">
    ${stageChoice(model, change)}
    <label title="Exponential moving average; the raw values stay visible, faint, behind it">Smoothing
      <input type="range" min="0" max=${SMOOTHING_MAX} step="0.01" .value=${String(state.smoothing)} @input=${smooth}
        aria-valuetext=${smoothingText(state.smoothing)}><output>${smoothingText(state.smoothing)}</output></label>
    ${seeds
      ? html`<vscode-checkbox .checked=${state.joinSeeds} @change=${(event: Event) => change({ joinSeeds: isChecked(event) })}>Seeds as mean and 95 % interval</vscode-checkbox>`
      : nothing}
    ${state.zoom ? html`<span class="zoom">Steps ${state.zoom.from} to ${state.zoom.to} <vscode-button appearance="secondary" @click=${() => change({ zoom: null })}>Show All</vscode-button></span>` : nothing}
    <span class="end">
      <vscode-button appearance="secondary" aria-expanded=${state.openPanels.includes('charts')}
        @click=${() => change({ openPanels: toggled(state.openPanels, 'charts', !state.openPanels.includes('charts')) })}>Charts</vscode-button>
      <vscode-button appearance="secondary" @click=${exportAll} title="All metrics of all runs shown, as recorded">Export CSV</vscode-button>
      <vscode-button appearance="secondary" @click=${addRun}>Compare with …</vscode-button>
    </span>
  </div>`
}

/** Stages that count their steps apart are drawn apart. */
function stageChoice({ tracks, track }: ToolbarInput['model'], change: ToolbarInput['change']): TemplateResult | typeof nothing {
  if (tracks.length < 2) return nothing
  return html`<span class="stages" role="group" aria-label="Stage" title="Each stage counts its own steps; charts are of one at a time">Stage
    ${tracks.map(({ key, name }) => html`<button type="button" aria-pressed=${key === track} @click=${() => change({ track: key, zoom: null })}>${name}</button>`)}</span>`
}

const smoothingText = (smoothing: number): string => (smoothing > 0 ? `EMA ${smoothing}` : 'none')

/** Which charts are shown. */
export function chartPicker({ state, model: { recorded }, change }: ToolbarInput): TemplateResult | typeof nothing {
  if (!state.openPanels.includes('charts')) return nothing
  return html`<div class="chart-list" role="group" aria-label="Charts shown">
    ${CHARTS.map(({ id, title }) => {
      const known = recorded.some((spec) => spec.id === id)
      return html`<vscode-checkbox .checked=${!state.hiddenCharts.includes(id)} ?disabled=${!known} title=${known ? '' : 'Not recorded by these runs'}
        @change=${(event: Event) => change({ hiddenCharts: toggled(state.hiddenCharts, id, !isChecked(event)) })}>${title}</vscode-checkbox>`
    })}
  </div>`
}
