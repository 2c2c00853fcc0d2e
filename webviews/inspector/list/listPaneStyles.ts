import { css } from 'lit'

export const listPaneStyles = css`
  :host { display: flex; flex-direction: column; min-width: 0; min-height: 0; }
  lab-rollout-list { flex: 1 1 0; min-height: 0; }
  .text-bar { display: flex; gap: 4px; padding: 6px 10px; }
  .text-bar vscode-text-field { flex: 1; min-width: 60px; }
  .chips { display: flex; flex-wrap: wrap; gap: 4px; padding: 0 10px 6px; }
  .chip {
    max-width: 100%; padding: 1px 7px; border: 1px solid var(--vscode-contrastBorder, transparent); border-radius: 10px; background: var(--vscode-badge-background);
    color: var(--vscode-badge-foreground); font: inherit; font-size: 0.92em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; cursor: pointer;
  }
  .chip.clear { background: none; color: var(--vscode-textLink-foreground); }
  .filters { max-height: 46%; overflow-y: auto; border-top: 1px solid var(--vscode-panel-border, transparent); border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); }
  .notice {
    margin: 4px 10px; padding: 6px 10px; border: 1px solid var(--vscode-inputValidation-warningBorder, var(--vscode-contrastBorder, currentColor));
    background: var(--vscode-inputValidation-warningBackground, transparent); overflow-wrap: anywhere;
  }
  .notice ul { margin: 4px 0; padding-left: 18px; }
  .newer { padding: 2px 10px; }
  .link { padding: 0; border: 0; background: none; color: var(--vscode-textLink-foreground); font: inherit; cursor: pointer; }
  .link:hover { text-decoration: underline; }
  .empty { padding: 24px 16px; text-align: center; }
  .empty { color: var(--vscode-descriptionForeground); }
`
