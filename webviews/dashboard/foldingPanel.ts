import { html, LitElement, nothing } from 'lit'
import type { CSSResultGroup, PropertyDeclarations, TemplateResult } from 'lit'
import { isCancelled } from '../connection/viewError.ts'
import { sharedStyles } from '../controls/sharedStyles.ts'
import { panelStyles } from './dashboardStyles.ts'
import { problemOf } from './liveRuns.ts'
import type { DashboardConnection } from './liveRuns.ts'

/** A part of the dashboard that opens and closes (`panel` tells the page) and says what it could not learn. */
export abstract class FoldingPanel extends LitElement {
  static override properties: PropertyDeclarations = { connection: { attribute: false }, open: { type: Boolean }, failure: { state: true } }
  static override styles: CSSResultGroup = [sharedStyles, panelStyles]

  declare connection: DashboardConnection
  declare open: boolean
  declare failure: string | undefined

  protected folding(title: string, gist: string, inside: unknown): TemplateResult {
    return html`<details ?open=${this.open} @toggle=${this.#onToggle}>
      <summary>${title} <span class="faint">${gist}</span></summary>
      <div class="inside">${this.failure ? html`<p>${this.failure} <vscode-button appearance="secondary" @click=${() => this.askAgain()}>Try Again</vscode-button></p>` : nothing}${inside}</div>
    </details>`
  }

  /** After a question failed. */
  protected abstract askAgain(): void

  protected fail(error: unknown): void {
    const { message, remedy } = problemOf(error)
    if (!isCancelled(error)) this.failure = `${message} ${remedy}`
  }

  #onToggle(event: Event): void {
    const { open } = event.currentTarget as HTMLDetailsElement
    if (open !== this.open) this.dispatchEvent(new CustomEvent('panel', { detail: { open } }))
  }
}
