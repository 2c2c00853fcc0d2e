import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { isChecked } from '../controls/registerControls.ts'
import { CHARTS } from './chartList.ts'
import type { ChartSpec } from './chartList.ts'
import { SMOOTHING_MAX, toggled } from './viewState.ts'
import type { ViewState } from './viewState.ts'

export interface ToolbarInput {
  readonly state: ViewState
  readonly recorded: readonly ChartSpec[]
  readonly seeds: boolean
  readonly change: (part: Partial<ViewState>) => void
  readonly addRun: () => void
  readonly exportAll: () => void
}

export function toolbar({ state, seeds, change, addRun, exportAll }: ToolbarInput): TemplateResult {
  const smooth = (event: Event) => change({ smoothing: Number((event.currentTarget as HTMLInputElement).value) })
  return html`<div class="toolbar" role="toolbar" aria-label="Charts">
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

const smoothingText = (smoothing: number): string => (smoothing > 0 ? `EMA ${smoothing}` : 'none')

/** Which charts are shown. */
export function chartPicker({ state, recorded, change }: ToolbarInput): TemplateResult | typeof nothing {
  if (!state.openPanels.includes('charts')) return nothing
  return html`<div class="chart-list" role="group" aria-label="Charts shown">
    ${CHARTS.map(({ id, title }) => {
      const known = recorded.some((spec) => spec.id === id)
      return html`<vscode-checkbox .checked=${!state.hiddenCharts.includes(id)} ?disabled=${!known} title=${known ? '' : 'Not recorded by these runs'}
        @change=${(event: Event) => change({ hiddenCharts: toggled(state.hiddenCharts, id, !isChecked(event)) })}>${title}</vscode-checkbox>`
    })}
  </div>`
}
