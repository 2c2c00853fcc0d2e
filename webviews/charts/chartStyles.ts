import { css } from 'lit'

/** What uPlot's elements need, inside a shadow root that its own style sheet does not reach. */
export const plotStyles = css`
  .uplot, .uplot *, .uplot *::before, .uplot *::after { box-sizing: border-box; }
  .uplot { width: min-content; line-height: 1.5; }
  .u-wrap { position: relative; user-select: none; }
  .u-over, .u-under { position: absolute; }
  .u-over { cursor: crosshair; }
  .u-under { overflow: hidden; }
  .uplot canvas { position: relative; display: block; width: 100%; height: 100%; }
  .u-axis { position: absolute; }
  .u-select { position: absolute; pointer-events: none; background: var(--vscode-editor-selectionBackground); opacity: 0.5; }
  .u-cursor-x, .u-cursor-y { position: absolute; top: 0; left: 0; pointer-events: none; will-change: transform; }
  .u-cursor-x { height: 100%; border-right: 1px dashed var(--vscode-charts-foreground, var(--vscode-foreground)); }
  .u-cursor-pt { position: absolute; top: 0; left: 0; border: 0 solid; border-radius: 50%; pointer-events: none; will-change: transform; background-clip: padding-box !important; }
  .u-cursor-pt.u-off, .u-cursor-x.u-off, .u-select.u-off { display: none; }
`

export const chartStyles = css`
  :host {
    display: block;
    min-width: 0;
    padding: 6px 8px 8px;
    border: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, transparent));
    border-radius: 4px;
    background: var(--vscode-editor-background);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 4px;
    min-height: 24px;
  }
  h3 {
    margin: 0;
    overflow: hidden;
    font-size: 1em;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .tools {
    display: flex;
    margin-left: auto;
    opacity: 0.55;
  }
  :host(:hover) .tools, :host(:focus-within) .tools, :host-context(.vscode-high-contrast) .tools {
    opacity: 1;
  }
  .smoothing {
    padding: 0 5px;
    border-radius: 8px;
    background: var(--vscode-badge-background);
    color: var(--vscode-badge-foreground);
    font-size: 0.85em;
    white-space: nowrap;
  }
  .plot {
    position: relative;
    min-height: 190px;
  }
  .plot:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
  }
  .empty {
    position: absolute;
    inset: 60px 0 auto;
    text-align: center;
  }
  .legend {
    margin: 2px 0 0;
    padding: 0;
    list-style: none;
    font-size: 0.92em;
    font-variant-numeric: tabular-nums;
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 6px;
    white-space: nowrap;
  }
  .legend svg {
    flex: none;
  }
  .legend .name {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .legend .value {
    margin-left: auto;
  }
  .values {
    max-height: 190px;
    overflow: auto;
  }
  table {
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  th, td {
    padding: 1px 10px 1px 0;
    text-align: right;
    white-space: nowrap;
  }
  thead th {
    position: sticky;
    top: 0;
    background: var(--vscode-editor-background);
  }
  select {
    min-width: 4em;
    max-width: 14em;
    border: 1px solid var(--vscode-dropdown-border);
    border-radius: 2px;
    background: var(--vscode-dropdown-background);
    color: var(--vscode-dropdown-foreground);
    font: inherit;
  }
`
