import { css } from 'lit'

export const dashboardStyles = css`
  :host {
    position: relative;
    display: block;
    height: 100vh;
    overflow-y: auto;
  }
  main {
    max-width: 2200px;
    margin: 0 auto;
    padding: 12px 16px 40px;
  }
  h1 {
    margin: 0;
    overflow-wrap: anywhere;
    font-size: 1.35em;
    font-weight: 600;
  }
  h2 {
    margin: 16px 0 6px;
    font-size: 1.1em;
    font-weight: 600;
  }
  .run {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    padding: 2px 0;
  }
  .run .about {
    flex-basis: 100%;
    overflow-wrap: anywhere;
  }
  .several .run .about {
    flex-basis: auto;
    order: 1;
  }
  .several .run .buttons {
    order: 2;
  }
  .panels {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
    gap: 0 10px;
    align-items: start;
  }
  .run .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin-left: auto;
  }
  .several .run h1, .several .run h2 {
    margin: 0;
    font-size: 1em;
    overflow-wrap: anywhere;
  }
  .state {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    padding: 0 8px;
    border: 1px solid currentColor;
    border-radius: 10px;
    font-size: 0.92em;
    white-space: nowrap;
  }
  .state::before {
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: currentColor;
    content: '';
  }
  .state.live { color: var(--vscode-charts-blue, var(--vscode-foreground)); }
  .state.good { color: var(--vscode-testing-iconPassed, var(--vscode-charts-green)); }
  .state.warn { color: var(--vscode-editorWarning-foreground, var(--vscode-charts-yellow)); }
  .state.bad { color: var(--vscode-errorForeground); }
  .state > span { color: var(--vscode-foreground); }
  .progress {
    display: flex;
    align-items: center;
    gap: 8px;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  progress {
    width: 160px;
    height: 8px;
    border: 1px solid var(--vscode-editorWidget-border, currentColor);
    border-radius: 4px;
    appearance: none;
    background: transparent;
  }
  .several progress {
    width: 80px;
  }
  progress::-webkit-progress-bar {
    background: transparent;
  }
  progress::-webkit-progress-value {
    border-radius: 3px;
    background: var(--vscode-progressBar-background);
  }
  .banner {
    display: flex;
    gap: 8px;
    margin: 6px 0;
    padding: 6px 10px;
    border: 1px solid var(--vscode-inputValidation-infoBorder);
    border-radius: 3px;
    background: var(--vscode-inputValidation-infoBackground);
    overflow-wrap: anywhere;
  }
  .banner.bad {
    border-color: var(--vscode-inputValidation-errorBorder);
    background: var(--vscode-inputValidation-errorBackground);
  }
  .banner.warn {
    border-color: var(--vscode-inputValidation-warningBorder);
    background: var(--vscode-inputValidation-warningBackground);
  }
  .banner svg {
    flex: none;
    margin-top: 1px;
  }
  .banner p {
    margin: 0;
  }
  .toolbar {
    position: sticky;
    z-index: 5;
    top: 0;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 16px;
    margin: 8px -16px 0;
    padding: 6px 16px;
    border-bottom: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, transparent));
    background: var(--vscode-editor-background);
  }
  .toolbar label, .toolbar .zoom {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .toolbar .stages {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
  }
  .toolbar .stages button {
    padding: 1px 9px;
    border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, var(--vscode-editorWidget-border)));
    border-radius: 10px;
    background: transparent;
    color: var(--vscode-foreground);
    font: inherit;
    cursor: pointer;
  }
  .toolbar .stages button[aria-pressed='true'] {
    border-color: var(--vscode-focusBorder);
    background: var(--vscode-button-secondaryBackground);
    color: var(--vscode-button-secondaryForeground);
    font-weight: 600;
  }
  .toolbar input[type='range'] {
    width: 110px;
    accent-color: var(--vscode-focusBorder);
  }
  .toolbar output {
    min-width: 5em;
    font-variant-numeric: tabular-nums;
  }
  .toolbar .end {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin-left: auto;
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 360px), 1fr));
    gap: 10px;
  }
  lab-chart.found {
    border-color: var(--vscode-focusBorder);
  }
  .chart-list {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(210px, 1fr));
    gap: 0 12px;
    padding: 6px 0;
  }
  .empty {
    padding: 48px 16px;
    text-align: center;
  }
  .empty h2 {
    margin: 0 0 6px;
  }
`

/** Panels that open and close. */
export const panelStyles = css`
  details {
    margin: 8px 0 0;
    border: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, transparent));
    border-radius: 4px;
  }
  summary {
    padding: 5px 10px;
    cursor: pointer;
    font-weight: 600;
  }
  summary .faint {
    font-weight: normal;
  }
  .inside {
    padding: 2px 10px 10px;
  }
`
