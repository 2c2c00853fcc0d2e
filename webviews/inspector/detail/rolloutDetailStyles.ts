import { css } from 'lit'

export const rolloutDetailStyles = css`
  .toolbar { display: flex; flex-wrap: wrap; gap: 4px 6px; align-items: center; padding: 6px 12px 4px; }
  .toolbar h2 { flex: 1 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .tool, select {
    height: 24px; padding: 0 8px; border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent)); border-radius: 2px;
    background: var(--vscode-button-secondaryBackground); color: var(--vscode-button-secondaryForeground); font: inherit; font-size: 0.92em; cursor: pointer;
  }
  select { border-color: var(--vscode-dropdown-border, var(--vscode-contrastBorder, transparent)); background: var(--vscode-dropdown-background); color: var(--vscode-dropdown-foreground); }
  .toolbar select { max-width: 130px; }
  .tool:hover { background: var(--vscode-button-secondaryHoverBackground); }
  .tool[aria-pressed='true'] { outline: 1px solid var(--vscode-focusBorder); outline-offset: -2px; }
  .tool.back { display: none; }
  :host([narrow]) .tool.back { display: inline-block; }
  .tabs { display: flex; gap: 14px; padding: 0 12px; border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); }
  .tabs button { padding: 4px 0; border: 0; border-bottom: 2px solid transparent; background: none; color: var(--vscode-descriptionForeground); font: inherit; cursor: pointer; }
  .tabs button[aria-selected='true'] { color: var(--vscode-foreground); border-bottom-color: var(--vscode-focusBorder); }
  .tabs button:disabled { opacity: 0.5; cursor: default; }
  .body { flex: 1 1 auto; min-height: 0; overflow-y: auto; padding: 4px 12px 0; outline: none; }
  .side { display: flex; flex-wrap: wrap; gap: 6px 28px; margin-bottom: 8px; }
`
