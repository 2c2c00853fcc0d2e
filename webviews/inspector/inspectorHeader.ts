import { html, nothing } from 'lit'
import type { ViewInfo } from '../../trainer/protocol/rolloutViews.ts'
import { isChecked } from '../controls/registerControls.ts'
import { visibleLine } from '../protocol/visibleText.ts'
import { countsOf } from './listCounts.ts'
import type { InspectorModel, ListBy } from './inspectorModel.ts'
import { countText } from './rowText.ts'

export interface HeaderActions {
  readonly listBy: (by: ListBy) => void
  readonly follow: () => void
  readonly filters: () => void
  readonly help: () => void
}

/** Runs, what is listed, how many, and what can be switched. */
export function inspectorHeader(model: InspectorModel, filtersOpen: boolean, actions: HeaderActions) {
  const names = model.runs.map((run) => visibleLine(run.name, 40)).join(', ')
  return html`<header>
    <h1 title=${names}>${names}</h1>
    <div class="switch" role="group" aria-label="List by">${listKind(model, 'rollouts', 'Rollouts', actions)}${listKind(model, 'groups', 'Groups', actions)}</div>
    <span class="counts">${model.info ? counts(model.info, model) : nothing}</span>
    <vscode-checkbox ?checked=${model.follow} .checked=${model.follow} @change=${(event: Event) => isChecked(event) !== model.follow && actions.follow()}>Follow</vscode-checkbox>
    <vscode-button appearance="secondary" aria-expanded=${filtersOpen} @click=${actions.filters}>Filters</vscode-button>
    <button type="button" class="icon-button" aria-label="Keys" title="Keys (?)" @click=${actions.help}>?</button>
  </header>`
}

function listKind(model: InspectorModel, by: ListBy, title: string, actions: HeaderActions) {
  return html`<button type="button" aria-pressed=${model.by === by} @click=${() => model.by !== by && actions.listBy(by)}>${title}</button>`
}

function counts(info: ViewInfo, { by, filter }: InspectorModel) {
  const { listed, leftOut } = countsOf(info, filter)
  const all = countText(listed)
  return html`<b>${countText(info.count)}</b> ${by === 'groups' ? `groups of ${all} rollouts` : `of ${all}`}
    <span class="right">✓ ${countText(info.right)}<span class="visually-hidden"> right</span></span>
    <span class="wrong">✗ ${countText(info.wrong)}<span class="visually-hidden"> wrong</span></span>
    <span class="faint" title="not scorable">– ${countText(info.notScorable)}<span class="visually-hidden"> not scorable</span></span>
    ${leftOut > 0 ? html`<span class="faint" title="Rollouts of attempts that were done again after an interruption. The filters can show them.">+ ${countText(leftOut)} done again, left out</span>` : nothing}`
}
