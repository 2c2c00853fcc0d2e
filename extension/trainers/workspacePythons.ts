import * as vscode from 'vscode'
import type { WorkspacePythons } from '../contracts/trainers.ts'
import { NO_PYTHONS } from './machineVariables.ts'

/** What is asked of the Python extension. */
interface PythonExtension {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string }
    resolveEnvironment(environment: { readonly path: string }): Promise<{ readonly executable?: { readonly uri?: vscode.Uri } } | undefined>
  }
}

/** The Python extension may take long to start; runs do not wait for it. */
const PATIENCE_MILLISECONDS = 3000

/** Interpreters that the workspace's folders have selected, and the folders, in which environments may lie: of trusted workspaces only. */
export async function workspacePythons(log: (line: string) => void): Promise<WorkspacePythons> {
  if (!vscode.workspace.isTrusted) return NO_PYTHONS
  const uris = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri).filter(({ scheme }) => scheme === 'file')
  const selected = await Promise.race([selectedIn(uris, log), new Promise<readonly string[]>((resolve) => setTimeout(() => resolve([]), PATIENCE_MILLISECONDS))])
  return { selected, folders: uris.map(({ fsPath }) => fsPath) }
}

async function selectedIn(folders: readonly vscode.Uri[], log: (line: string) => void): Promise<readonly string[]> {
  try {
    const extension = vscode.extensions.getExtension<PythonExtension>('ms-python.python')
    const environments = extension && (extension.isActive ? extension.exports : await extension.activate()).environments
    if (!environments) return []
    const resolved = await Promise.all((folders.length > 0 ? folders : [undefined]).map((folder) => environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder))))
    return [...new Set(resolved.flatMap((each) => (each?.executable?.uri ? [each.executable.uri.fsPath] : [])))]
  } catch (error) {
    log(`The Python extension could not be asked which interpreter is selected: ${String(error)}`)
    return []
  }
}
