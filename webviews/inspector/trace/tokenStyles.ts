import { css } from 'lit'

/** Colours of tokens and legends; in high contrast a line below the token says the same without relying on colour. */
export const tokenStyles = css`
  .s1 { background: color-mix(in srgb, var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)) 8%, transparent); }
  .s2 { background: color-mix(in srgb, var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)) 15%, transparent); }
  .s3 { background: color-mix(in srgb, var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)) 22%, transparent); }
  .s4 { background: color-mix(in srgb, var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)) 30%, transparent); }
  .s5 { background: color-mix(in srgb, var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)) 38%, transparent); }
  .s6 { background: color-mix(in srgb, var(--vscode-charts-red) 32%, transparent); }
  .s7 { background: color-mix(in srgb, var(--vscode-charts-red) 42%, transparent); }
  .n1 { background: color-mix(in srgb, var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)) 15%, transparent); }
  .n2 { background: color-mix(in srgb, var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)) 28%, transparent); }
  .n3 { background: color-mix(in srgb, var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)) 45%, transparent); }
  .p1 { background: color-mix(in srgb, var(--vscode-charts-blue) 15%, transparent); }
  .p2 { background: color-mix(in srgb, var(--vscode-charts-blue) 28%, transparent); }
  .p3 { background: color-mix(in srgb, var(--vscode-charts-blue) 45%, transparent); }
  .on { background: color-mix(in srgb, var(--vscode-charts-blue) 28%, transparent); }
  .off { color: var(--vscode-descriptionForeground); }
  :host-context(.vscode-high-contrast) :is(.s4, .s5, .n1, .n2, .p1, .p2, .on) { text-decoration: underline 1px; }
  :host-context(.vscode-high-contrast) :is(.s6, .s7, .n3, .p3) { text-decoration: underline 3px; }
  :host-context(.vscode-high-contrast) :is(.n1, .n2, .n3) { text-decoration-style: dashed; }
  .cursor {
    outline: 2px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .hidden-mark {
    border: 1px solid var(--vscode-editorWarning-foreground, var(--vscode-editorWarning-foreground, var(--vscode-charts-orange)));
    border-radius: 2px;
    color: var(--vscode-foreground);
    font-size: 0.85em;
  }
`
