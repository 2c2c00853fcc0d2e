import { css } from 'lit'

export const labellerStyles = css`
  :host { display: flex; flex-direction: column; height: 100%; min-height: 0; }
  header { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; padding: 6px 10px; border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); }
  h1 { flex: 0 1 auto; min-width: 0; max-width: 36ch; margin: 0; overflow: hidden; font-size: 1.05em; font-weight: 600; text-overflow: ellipsis; white-space: nowrap; }
  h2 { margin: 0 0 4px; font-size: 1em; font-weight: 600; }
  h2 .faint, h3 .faint { font-weight: normal; }
  h3 { margin: 0 0 2px; font-size: 1em; font-weight: 600; }
  p { margin: 4px 0; }
  label { display: inline-flex; gap: 4px; align-items: center; white-space: nowrap; }
  input[type='checkbox'] { accent-color: var(--vscode-checkbox-selectBackground, var(--vscode-focusBorder)); }
  select, input[type='number'], textarea {
    border: 1px solid var(--vscode-input-border, var(--vscode-dropdown-border, var(--vscode-contrastBorder, transparent)));
    background: var(--vscode-input-background); color: var(--vscode-input-foreground, var(--vscode-foreground)); font: inherit;
  }
  select { height: 24px; max-width: 180px; background: var(--vscode-dropdown-background); color: var(--vscode-dropdown-foreground); }
  .place { font-variant-numeric: tabular-nums; }
  lab-info-tip { margin-left: auto; }
  .buttons { display: inline-flex; gap: 6px; align-items: center; }
  .progress { display: flex; gap: 2px 10px; align-items: center; font-variant-numeric: tabular-nums; white-space: nowrap; }
  progress { width: 80px; height: 8px; accent-color: var(--vscode-progressBar-background); }
  main { display: grid; flex: 1 1 auto; min-height: 0; grid-template-columns: minmax(0, 1fr) minmax(260px, 32%); }
  .left { min-width: 0; overflow-y: auto; padding: 8px 12px 40px; }
  aside { min-width: 0; overflow-y: auto; padding: 8px 12px 40px; border-left: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); background: var(--vscode-sideBar-background, transparent); }
  .whole { display: block; padding: 24px 16px; text-align: center; }
  .text { overflow-wrap: anywhere; unicode-bidi: isolate; }
  .raw { white-space: pre-wrap; font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); line-height: 1.5; }
  .rich { line-height: 1.5; }
  .rich p { margin: 0 0 6px; }
  .rich pre { padding: 6px; overflow-x: auto; background: var(--vscode-textCodeBlock-background); }
  .prompt { margin-bottom: 10px; padding-left: 8px; border-left: 2px solid var(--vscode-descriptionForeground); }
  .prompt .raw { max-height: 40vh; overflow-y: auto; }
  .folded { max-height: 1.6em; overflow: hidden; color: var(--vscode-descriptionForeground); white-space: nowrap; text-overflow: ellipsis; }
  .fold { padding: 1px 4px 1px 0; border: 0; background: none; color: var(--vscode-foreground); font: inherit; text-align: left; cursor: pointer; }
  .step {
    display: grid; grid-template-columns: 44px minmax(0, 1fr) auto; gap: 0 8px; margin: 2px 0; padding: 4px 6px 4px 0; border-left: 4px solid color-mix(in srgb, var(--vscode-foreground) 20%, transparent);
    content-visibility: auto; contain-intrinsic-size: auto 44px; cursor: default;
  }
  .step.rated-1, .step.rated-0 { border-left-color: var(--vscode-charts-green); }
  .step.rated-0 { border-left-style: dashed; }
  .step.rated--1 { border-left-color: var(--vscode-charts-red); background: color-mix(in srgb, var(--vscode-charts-red) 8%, transparent); }
  .step.rated-unsure { border-left-color: var(--vscode-charts-yellow); border-left-style: dotted; }
  .step.after .text { color: var(--vscode-descriptionForeground); }
  .here { background: var(--vscode-list-inactiveSelectionBackground, transparent); outline: 1px solid var(--vscode-contrastActiveBorder, transparent); outline-offset: -1px; }
  .here .faint { color: var(--vscode-foreground); }
  .here:focus-visible { outline: 2px solid var(--vscode-focusBorder); outline-offset: -2px; }
  .gutter { display: flex; gap: 6px; justify-content: flex-end; align-items: baseline; font-variant-numeric: tabular-nums; }
  .sign { width: 1em; font-weight: 700; text-align: center; }
  .ratings, .options { display: flex; flex-wrap: wrap; gap: 2px; align-items: flex-start; }
  .options { gap: 6px; }
  .ratings button, .options button, .tool {
    min-width: 24px; height: 24px; padding: 0 6px; border: 1px solid transparent; border-radius: 2px;
    background: none; color: var(--vscode-foreground); font: inherit; cursor: pointer;
  }
  .options button, .tool { padding: 0 10px; height: 26px; border-color: var(--vscode-contrastBorder, color-mix(in srgb, var(--vscode-foreground) 30%, transparent)); }
  .ratings button:hover, .options button:hover, .tool:hover { background: var(--vscode-toolbar-hoverBackground); }
  .step:not(.here):not(:hover) .ratings button:not([aria-pressed='true']) { opacity: 0; }
  button[aria-pressed='true']:not(.link) { background: var(--vscode-button-background); color: var(--vscode-button-foreground); outline: 2px solid var(--vscode-contrastActiveBorder, transparent); outline-offset: -3px; }
  .options button.follows[aria-pressed='true'] { border: 1px dashed var(--vscode-foreground); background: none; color: var(--vscode-foreground); outline: 0; }
  .first-error { display: inline-block; margin-top: 2px; padding: 0 6px; border: 1px solid var(--vscode-charts-red); border-radius: 8px; font-size: 0.85em; }
  .check { font-size: 0.92em; }
  .right { color: color-mix(in srgb, var(--vscode-charts-green) 70%, var(--vscode-foreground)); }
  .wrong { color: color-mix(in srgb, var(--vscode-charts-red) 80%, var(--vscode-foreground)); }
  .unknown { color: var(--vscode-descriptionForeground); }
  .between { margin: 2px 0 2px 52px; color: var(--vscode-descriptionForeground); }
  .between.answer { color: var(--vscode-foreground); }
  .between .text { display: inline; }
  .said, .draft { margin: 4px 0; padding: 4px 8px; border-left: 3px solid var(--vscode-focusBorder); background: var(--vscode-textBlockQuote-background, transparent); }
  .draft { border: 1px dashed var(--vscode-charts-purple, var(--vscode-foreground)); background: none; font-style: italic; }
  .words { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
  .writing { margin: 4px 0; }
  textarea { width: 100%; padding: 4px 6px; resize: vertical; }
  .field { margin: 0 -6px 8px; padding: 6px; }
  kbd { font-family: var(--vscode-editor-font-family); }
  .options kbd { opacity: 0.8; }
  .link { padding: 0; border: 0; background: none; color: var(--vscode-textLink-foreground); font: inherit; cursor: pointer; }
  .link[aria-pressed='true'] { font-weight: 600; text-decoration: underline; }
  table { border-collapse: collapse; }
  th, td { padding: 2px 10px 2px 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
  th { white-space: nowrap; color: var(--vscode-descriptionForeground); font-size: 0.92em; font-weight: 600; }
  td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
  summary { margin: 8px 0 4px; font-weight: 600; cursor: pointer; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 12px; margin: 0; }
  dd { margin: 0; }
  .others { margin: 0; padding-left: 18px; overflow-wrap: anywhere; }
  .notice { display: inline-block; max-width: 80ch; margin: 8px 0; padding: 6px 10px; border: 1px solid var(--vscode-inputValidation-warningBorder, var(--vscode-contrastBorder, currentColor)); background: var(--vscode-inputValidation-warningBackground, transparent); text-align: left; overflow-wrap: anywhere; }
  .pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 12px; margin-bottom: 10px; }
  .attempt { padding: 6px 10px; border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); }
  .attempt .piece { margin: 2px 0; }
  .attempt.preferred { outline: 2px solid var(--vscode-focusBorder); }
  footer { display: flex; justify-content: space-between; gap: 12px; min-height: 22px; padding: 1px 10px; font-size: 0.92em; border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); }
  dialog.keys { max-width: min(640px, 92vw); padding: 14px 18px; border: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, currentColor)); background: var(--vscode-editorWidget-background, var(--vscode-editor-background)); color: var(--vscode-editorWidget-foreground, var(--vscode-foreground)); }
  dialog dl { margin-bottom: 12px; }
  dialog .tool { background: var(--vscode-button-background); color: var(--vscode-button-foreground); }
  @media (max-width: 700px) {
    main { grid-template-columns: minmax(0, 1fr); grid-auto-rows: auto; overflow-y: auto; }
    .left, aside { overflow: visible; }
    aside { border-left: 0; }
    footer .faint { display: none; }
  }
`
