import { css } from 'lit'

export const traceStyles = css`
  .span { margin: 4px 0; padding-left: 8px; border-left: 2px solid color-mix(in srgb, var(--vscode-foreground) 20%, transparent); }
  .span.think { border-left-color: var(--vscode-charts-purple); }
  .span.step { border-left-color: var(--vscode-charts-blue); }
  .span.answer { border-left-color: var(--vscode-charts-green); }
  .span.tool { border-left-color: var(--vscode-charts-orange); background: color-mix(in srgb, var(--vscode-foreground) 4%, transparent); }
  .turn { margin: 10px 0 2px; color: var(--vscode-descriptionForeground); font-size: 0.92em; font-weight: 600; }
  .span.bad { border-left-color: var(--vscode-charts-red); border-left-width: 4px; }
  .span.prompt { border-left-color: var(--vscode-descriptionForeground); }
  .fold {
    display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 8px; padding: 1px 4px 1px 0; border: 0; background: none; color: var(--vscode-foreground);
    font: inherit; text-align: left; cursor: pointer;
  }
  .fold:hover { background: var(--vscode-list-hoverBackground); }
  .fold b { font-weight: 600; }
  .raw {
    white-space: pre-wrap; overflow-wrap: anywhere; font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); unicode-bidi: isolate;
    max-height: 60vh; overflow-y: auto;
  }
  .folded-line { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; color: var(--vscode-descriptionForeground); }
  .trace { padding: 2px; }
  .verdict { font-weight: 600; white-space: nowrap; }
  .rating { padding: 0 5px; border: 1px solid currentColor; border-radius: 8px; font-size: 0.85em; white-space: nowrap; }
  .why { overflow-wrap: anywhere; }
  .right { color: color-mix(in srgb, var(--vscode-charts-green) 70%, var(--vscode-foreground)); }
  .wrong { color: color-mix(in srgb, var(--vscode-charts-red) 80%, var(--vscode-foreground)); }
  .unknown { color: var(--vscode-descriptionForeground); }
  .more { padding: 8px 0; }
  .more .fold { text-decoration: underline; color: var(--vscode-textLink-foreground); }
  .rich { overflow-wrap: anywhere; line-height: 1.5; }
  .rich p { margin: 0 0 8px; }
  .rich .heading { font-weight: 600; font-size: 1.1em; }
  .rich pre, .rich code { font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); background: var(--vscode-textCodeBlock-background); }
  .rich pre { padding: 8px; overflow-x: auto; white-space: pre; }
  .rich blockquote { margin: 0 0 8px; padding-left: 10px; border-left: 3px solid var(--vscode-textBlockQuote-border, currentColor); }
  .rich th, .rich td { padding: 2px 8px; border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, currentColor)); }
  .rich table { border-collapse: collapse; }
  .rich .address { text-decoration: underline dotted; }
  .rich div:has(> math) { overflow-x: auto; }
  .hidden-mark {
    border: 1px solid var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)); border-radius: 2px; color: var(--vscode-foreground); font-size: 0.85em;
  }
`
