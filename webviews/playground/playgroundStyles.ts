import { css } from 'lit'

export const playgroundStyles = css`
  main {
    max-width: 1100px;
    margin: 0 auto;
    padding: 12px 16px 40px;
  }
  h1 {
    margin: 0 0 2px;
    overflow-wrap: anywhere;
    font-size: 1.35em;
    font-weight: 600;
  }
  form {
    display: grid;
    gap: 10px;
    margin: 12px 0;
  }
  vscode-text-area {
    width: 100%;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(120px, 1fr));
    gap: 8px 12px;
  }
  vscode-text-field {
    width: 100%;
    min-width: 0;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
  }
  .mistake {
    margin: 0;
    color: var(--vscode-errorForeground);
  }
  .problem {
    padding: 6px 10px;
    border: 1px solid var(--vscode-inputValidation-errorBorder);
    border-radius: 3px;
    background: var(--vscode-inputValidation-errorBackground);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  ol {
    display: grid;
    gap: 8px;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    border: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, transparent));
    border-radius: 4px;
  }
  li header {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 12px;
    padding: 4px 10px;
    border-bottom: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, transparent));
    font-variant-numeric: tabular-nums;
  }
  h2 {
    margin: 0;
    font-size: 1em;
    font-weight: 600;
  }
  pre {
    max-height: 60vh;
    margin: 0;
    padding: 6px 10px;
    overflow: auto;
    font-family: var(--vscode-editor-font-family);
    font-size: var(--vscode-editor-font-size, 1em);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
`
