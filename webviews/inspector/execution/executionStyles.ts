import { css } from 'lit'

export const executionStyles = css`
  :host { display: block; margin-bottom: 10px; container-type: inline-size; }
  .head { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: baseline; margin: 12px 0 4px; }
  .head h3 { margin: 0; }
  .turns { display: inline-flex; flex-wrap: wrap; gap: 4px; }
  .turns button, .tool {
    height: 24px; padding: 0 8px; border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent)); border-radius: 2px;
    background: var(--vscode-button-secondaryBackground); color: var(--vscode-button-secondaryForeground); font: inherit; font-size: 0.92em; cursor: pointer;
  }
  .turns button:hover, .tool:hover:enabled { background: var(--vscode-button-secondaryHoverBackground); }
  .turns button[aria-pressed='true'] { outline: 1px solid var(--vscode-focusBorder); outline-offset: -2px; }
  .tool:disabled { opacity: 0.5; cursor: default; }
  .tools { display: flex; flex-wrap: wrap; gap: 4px 6px; align-items: center; margin: 6px 0; }
  .tools label { display: inline-flex; align-items: center; gap: 4px; margin-left: 6px; }
  .files { display: flex; flex-wrap: wrap; gap: 2px 14px; margin-bottom: 6px; }
  .notice b { margin-right: 4px; }
  .notice ul { margin: 2px 0; padding-left: 18px; }
  .row { display: grid; grid-template-columns: minmax(0, 2.2fr) 108px minmax(0, 1.4fr) minmax(0, 1.4fr) minmax(0, 2fr) 58px; gap: 0 8px; padding: 3px 0; }
  .twice .row { grid-template-columns: minmax(0, 2.2fr) 108px 108px minmax(0, 1.2fr) minmax(0, 1.2fr) minmax(0, 1.8fr) 58px; }
  .row > span { min-width: 0; overflow-wrap: anywhere; }
  .heads { color: var(--vscode-descriptionForeground); font-size: 0.92em; font-weight: 600; }
  .row.test { border-top: 1px solid color-mix(in srgb, var(--vscode-foreground) 12%, transparent); }
  .row .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .row .verdict { white-space: normal; }
  .cell { display: block; max-height: 2.8em; overflow: hidden; font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); overflow-wrap: anywhere; unicode-bidi: isolate; }
  .fold { display: flex; gap: 6px; align-items: baseline; max-width: 100%; padding: 0; border: 0; background: none; color: inherit; font: inherit; text-align: left; cursor: pointer; }
  .fold .what { display: flex; flex-wrap: wrap; gap: 0 6px; min-width: 0; }
  .fold .name { min-width: 0; overflow-wrap: anywhere; unicode-bidi: isolate; }
  .tag { padding: 0 5px; border: 1px solid color-mix(in srgb, currentColor 50%, transparent); border-radius: 8px; font-size: 0.82em; white-space: nowrap; }
  .texts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 10px; margin: 0 0 8px 16px; }
  .texts dt { color: var(--vscode-descriptionForeground); font-size: 0.92em; }
  .texts dd { margin: 0; }
  pre {
    max-height: 40vh; margin: 0; padding: 4px 8px; overflow: auto; background: var(--vscode-textCodeBlock-background); font-family: var(--vscode-editor-font-family);
    font-size: var(--vscode-editor-font-size); white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate;
  }
  pre.plain { background: none; padding: 0; }
  @container (max-width: 640px) {
    .value { display: none; }
    .row { grid-template-columns: minmax(0, 1.5fr) 108px minmax(0, 1fr) 58px; }
    .twice .row { grid-template-columns: minmax(0, 1.5fr) 108px 108px minmax(0, 1fr) 58px; }
  }
  @container (max-width: 460px) {
    .why { display: none; }
    .row { grid-template-columns: minmax(0, 1fr) 100px 58px; }
    .twice .row { grid-template-columns: minmax(0, 1fr) 100px 100px 58px; }
  }
`
