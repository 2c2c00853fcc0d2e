import { css } from 'lit'

export const listStyles = css`
  :host {
    display: block;
    min-height: 0;
    container-type: inline-size;
  }
  .grid {
    position: relative;
    height: 100%;
    overflow-y: auto;
    overflow-x: hidden;
    overflow-anchor: none;
    outline: none;
  }
  .row, .header {
    display: grid;
    grid-template-columns: 20px 48px minmax(70px, 1fr) 86px 50px 52px 78px;
    column-gap: 6px;
    padding: 0 8px;
  }
  .groups .row, .groups .header {
    grid-template-columns: 20px 48px minmax(70px, 1fr) 66px 86px 52px;
  }
  .header {
    position: sticky;
    top: 0;
    z-index: 2;
    height: 26px;
    align-items: center;
    background: var(--vscode-sideBar-background, var(--vscode-editor-background));
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .header button {
    width: 100%;
    padding: 2px 0;
    border: 0;
    background: none;
    color: var(--vscode-foreground);
    font: inherit;
    font-size: 0.92em;
    text-align: inherit;
    white-space: nowrap;
    overflow: hidden;
    cursor: pointer;
  }
  .header button:hover {
    text-decoration: underline;
  }
  .number {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  .row {
    position: absolute;
    left: 0;
    right: 0;
    height: 42px;
    align-content: center;
    row-gap: 1px;
    cursor: pointer;
    white-space: nowrap;
    contain: strict;
  }
  .row > * {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .row:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .row[aria-selected='true'] {
    background: var(--vscode-list-inactiveSelectionBackground);
    color: var(--vscode-list-inactiveSelectionForeground, inherit);
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  /* The theme's faint words are made for a background without a selection. */
  .row[aria-selected='true'] .faint, .row[aria-selected='true'] .mark {
    color: color-mix(in srgb, var(--vscode-descriptionForeground) 60%, var(--vscode-foreground));
  }
  .grid:focus-visible .row[aria-selected='true'] {
    background: var(--vscode-list-activeSelectionBackground);
    color: var(--vscode-list-activeSelectionForeground);
    outline: 1px solid var(--vscode-focusBorder);
  }
  .grid:focus-visible .row[aria-selected='true'] * {
    color: inherit;
  }
  .grid:focus-visible {
    box-shadow: inset 0 0 0 1px var(--vscode-focusBorder);
  }
  .problem {
    display: flex;
    gap: 6px;
  }
  .problem .name {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .excerpt {
    grid-column: 2 / -1;
    font-family: var(--vscode-editor-font-family);
    font-size: 0.92em;
  }
  .mark {
    padding: 0 4px;
    border: 1px solid var(--vscode-descriptionForeground);
    border-radius: 3px;
    font-size: 0.82em;
    color: var(--vscode-descriptionForeground);
  }
  .bar {
    display: inline-block;
    width: 40px;
    height: 8px;
    margin-right: 5px;
    background: color-mix(in srgb, var(--vscode-foreground) 12%, transparent);
    vertical-align: middle;
  }
  .bar span {
    display: block;
    height: 100%;
    background: var(--vscode-charts-blue);
  }
  .bar.negative span {
    background: var(--vscode-charts-red, var(--vscode-foreground));
  }
  .right:not(.number) { color: color-mix(in srgb, var(--vscode-charts-green) 70%, var(--vscode-foreground)); }
  .wrong { color: color-mix(in srgb, var(--vscode-charts-red) 80%, var(--vscode-foreground)); }
  .unknown { color: var(--vscode-descriptionForeground); }
  .verdict { font-weight: bold; text-align: center; }
  .alarming { color: color-mix(in srgb, var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)) 60%, var(--vscode-foreground)); }
  .loading { grid-column: 1 / -1; color: var(--vscode-descriptionForeground); }
  @container (max-width: 470px) {
    .row, .header { grid-template-columns: 20px 44px minmax(60px, 1fr) 60px 52px 52px; }
    .groups .row, .groups .header { grid-template-columns: 20px 44px minmax(60px, 1fr) 60px 60px 52px; }
    .stop, .bar { display: none; }
  }
  @container (max-width: 300px) {
    .row, .header { grid-template-columns: 20px 40px 1fr 52px; }
    .groups .row, .groups .header { grid-template-columns: 20px 40px 1fr 60px; }
    .advantage, .tokens, .groups .reward { display: none; }
  }
`
