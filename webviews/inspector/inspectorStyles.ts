import { css } from 'lit'

export const inspectorStyles = css`
  :host { display: flex; flex-direction: column; height: 100%; min-height: 0; }
  header { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; padding: 6px 10px; border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); }
  h1 { flex: 0 1 auto; min-width: 0; max-width: 40ch; margin: 0; overflow: hidden; font-size: 1.05em; font-weight: 600; text-overflow: ellipsis; white-space: nowrap; }
  .counts { flex: 1 1 auto; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .counts span { margin-left: 6px; }
  .right { color: color-mix(in srgb, var(--vscode-charts-green) 70%, var(--vscode-foreground)); }
  .wrong { color: color-mix(in srgb, var(--vscode-charts-red) 80%, var(--vscode-foreground)); }
  .switch { display: inline-flex; }
  .switch button {
    padding: 2px 10px; border: 1px solid var(--vscode-button-border, var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)));
    background: none; color: var(--vscode-foreground); font: inherit; cursor: pointer;
  }
  .switch button[aria-pressed='true'] { background: var(--vscode-button-background); color: var(--vscode-button-foreground); border-color: var(--vscode-button-border, var(--vscode-contrastActiveBorder, transparent)); }
  .switch button[aria-pressed='true'] { outline: 2px solid var(--vscode-contrastActiveBorder, transparent); outline-offset: -3px; }
  .panes { display: grid; flex: 1 1 auto; min-height: 0; grid-template-columns: minmax(300px, 42%) minmax(0, 1fr); }
  .panes.list, .panes.detail { grid-template-columns: minmax(0, 1fr); }
  .detail-pane { display: flex; flex-direction: column; min-width: 0; min-height: 0; }
  .panes.both lab-list-pane { border-right: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); }
  .panes.both lab-list-pane, .panes.list lab-list-pane { background: var(--vscode-sideBar-background, transparent); }
  lab-rollout-detail, lab-live-texts { flex: 1 1 0; min-height: 0; }
  .whole { padding: 24px 16px; text-align: center; }
  footer { display: flex; justify-content: space-between; gap: 12px; min-height: 22px; padding: 1px 10px; font-size: 0.92em; border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); }
  dialog.keys {
    max-width: min(560px, 92vw); padding: 14px 18px; border: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, currentColor));
    background: var(--vscode-editorWidget-background); color: var(--vscode-editorWidget-foreground, var(--vscode-foreground));
  }
  dialog h2 { margin: 0 0 8px; font-size: 1.1em; }
  dialog dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 16px; margin: 0 0 12px; }
  dialog dd { margin: 0; }
  kbd { font-family: var(--vscode-editor-font-family); color: var(--vscode-keybindingLabel-foreground, inherit); }
  .tool { height: 24px; padding: 0 12px; border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent)); background: var(--vscode-button-background); color: var(--vscode-button-foreground); font: inherit; cursor: pointer; }
`
