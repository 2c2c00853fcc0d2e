import * as vscode from 'vscode'

/** VS Code empties the field when it hands its text over: what could not be written is given back in an untitled document. */
export async function keepText<T>(text: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: text }), { viewColumn: vscode.ViewColumn.Beside })
    throw error
  }
}
