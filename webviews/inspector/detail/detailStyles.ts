import { css } from 'lit'

/** Type and tables of the detail side. */
export const detailStyles = css`
  h2, h3 { margin: 0; font-size: 1em; font-weight: 600; }
  h3 { margin: 14px 0 4px; }
  table { border-collapse: collapse; }
  th, td { padding: 2px 10px 2px 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
  th { font-weight: 600; color: var(--vscode-descriptionForeground); font-size: 0.92em; white-space: nowrap; }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  tr.sum td { border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, currentColor)); font-weight: 600; }
  .code { font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); overflow-wrap: anywhere; white-space: pre-wrap; }
  .right { color: color-mix(in srgb, var(--vscode-charts-green) 70%, var(--vscode-foreground)); }
  .wrong { color: color-mix(in srgb, var(--vscode-charts-red) 80%, var(--vscode-foreground)); }
  .unknown { color: var(--vscode-descriptionForeground); }
  .alarming { color: color-mix(in srgb, var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)) 60%, var(--vscode-foreground)); }
  .verdict { font-weight: 600; white-space: nowrap; }
  .facts { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 6px 0; }
  .facts > span { overflow-wrap: anywhere; }
  .facts b { font-weight: 600; }
  .empty { padding: 24px 12px; color: var(--vscode-descriptionForeground); text-align: center; }
  .bar { display: inline-block; width: 64px; height: 8px; margin-right: 6px; background: color-mix(in srgb, var(--vscode-foreground) 12%, transparent); vertical-align: middle; }
  .bar span { display: block; height: 100%; background: var(--vscode-charts-blue); }
  .bar.negative span { background: var(--vscode-charts-red, var(--vscode-foreground)); }
  .link {
    padding: 0; border: 0; background: none; color: var(--vscode-textLink-foreground); font: inherit; text-align: inherit; cursor: pointer;
  }
  .link:hover { text-decoration: underline; }
  .link:disabled { color: var(--vscode-disabledForeground); text-decoration: none; cursor: default; }
  .notice {
    margin: 8px 0; padding: 6px 10px; border: 1px solid var(--vscode-inputValidation-warningBorder, var(--vscode-contrastBorder, currentColor));
    background: var(--vscode-inputValidation-warningBackground, transparent); overflow-wrap: anywhere;
  }
`
