import * as vscode from 'vscode'

export interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category?: string; readonly icon?: unknown; readonly enablement?: string }[]
    readonly views?: Readonly<Record<string, readonly { readonly id: string; readonly name: string }[]>>
    readonly viewsContainers?: { readonly activitybar?: readonly { readonly id: string; readonly title: string; readonly icon: string }[] }
    readonly configuration?: { readonly properties: Readonly<Record<string, { readonly default?: unknown; readonly description?: string; readonly markdownDescription?: string; readonly scope?: string }>> }
    readonly walkthroughs?: readonly { readonly id: string; readonly steps: readonly { readonly id: string; readonly title: string; readonly description: string }[] }[]
  }
}

/** The packaged extension as VS Code installed it. */
export function extensionUnderTest(): vscode.Extension<unknown> {
  const extension = vscode.extensions.getExtension('rollout-lab.rollout-lab')
  if (!extension) throw new Error('The packaged extension is not installed.')
  return extension
}

export const manifest = (): Manifest => extensionUnderTest().packageJSON as Manifest

/** The folder that is open. */
export function workspaceFolder(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? []
  if (!folder) throw new Error('No folder is open.')
  return folder.uri.fsPath
}
