/**
 * The only module that knows which library draws the controls. Pages write its elements (`<vscode-button>`, `<vscode-dropdown>`,
 * `<vscode-text-field>` …) after calling `registerControls()` once; swapping the library means registering others here.
 */
import {
  provideVSCodeDesignSystem, vsCodeBadge, vsCodeButton, vsCodeCheckbox, vsCodeDivider, vsCodeDropdown, vsCodeLink, vsCodeOption,
  vsCodeProgressRing, vsCodeRadio, vsCodeRadioGroup, vsCodeTag, vsCodeTextArea, vsCodeTextField
} from '@vscode/webview-ui-toolkit'

let registered = false

/** Defines the control elements; a second call does nothing. */
export function registerControls(): void {
  if (registered) return
  registered = true
  provideVSCodeDesignSystem().register(
    vsCodeBadge(), vsCodeButton(), vsCodeCheckbox(), vsCodeDivider(), vsCodeDropdown(), vsCodeLink(), vsCodeOption(),
    vsCodeProgressRing(), vsCodeRadio(), vsCodeRadioGroup(), vsCodeTag(), vsCodeTextArea(), vsCodeTextField()
  )
}

/** What an event of a control with a value came from. */
export function valueOf(event: Event): string {
  return (event.currentTarget as EventTarget & { readonly value: string }).value
}

/** What an event of a checkbox came from. */
export function isChecked(event: Event): boolean {
  return (event.currentTarget as EventTarget & { readonly checked: boolean }).checked
}
