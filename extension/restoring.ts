import * as vscode from 'vscode'
import { NOTES_SCHEME } from './runs/notesAddress.ts'
import { ROLLOUT_SCHEME } from './views/rolloutUri.ts'

/** What VS Code brings back when it restores a window, handed to the parts that it belongs to. */
export interface Restored {
  panel(page: PageName, panel: vscode.WebviewPanel, kept: unknown): void
  documentText(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string>
  followLink(uri: vscode.Uri): Promise<void>
  readonly notes: NotesStore
}

/** The notes of runs, one file each. */
export interface NotesStore {
  read(uri: vscode.Uri): Promise<Uint8Array>
  write(uri: vscode.Uri, content: Uint8Array): Promise<void>
}

const PAGES = ['dashboard', 'inspector', 'playground'] as const
export type PageName = (typeof PAGES)[number]

/**
 * Registers what a window that is being restored asks for: VS Code asks right after activation, and what has no provider then
 * stays empty. The answers come once the extension is loaded.
 */
export function registerRestoring(restored: () => Promise<Restored>): vscode.Disposable[] {
  return [
    ...PAGES.map((page) => vscode.window.registerWebviewPanelSerializer(`rolloutLab.${page}`, {
      deserializeWebviewPanel: async (panel, kept: unknown) => (await restored()).panel(page, panel, kept)
    })),
    vscode.workspace.registerTextDocumentContentProvider(ROLLOUT_SCHEME, {
      provideTextDocumentContent: async (uri, token) => (await restored()).documentText(uri, token)
    }),
    vscode.window.registerUriHandler({ handleUri: async (uri) => (await restored()).followLink(uri) }),
    vscode.workspace.registerFileSystemProvider(NOTES_SCHEME, notesFiles(async () => (await restored()).notes), { isCaseSensitive: true })
  ]
}

/** Lets the editor read and save notes as files. */
function notesFiles(notes: () => Promise<NotesStore>): vscode.FileSystemProvider {
  const read = async (uri: vscode.Uri): Promise<Uint8Array> => (await notes()).read(uri)
  const refuse = (uri: vscode.Uri): never => {
    throw vscode.FileSystemError.NoPermissions(uri)
  }
  return {
    // Nobody else changes them while they are open here.
    onDidChangeFile: () => ({ dispose: () => undefined }),
    watch: () => ({ dispose: () => undefined }),
    stat: async (uri) => ({ type: vscode.FileType.File, ctime: 0, mtime: Date.now(), size: (await read(uri)).length }),
    readFile: read,
    writeFile: async (uri, content) => (await notes()).write(uri, content),
    readDirectory: refuse, createDirectory: refuse, delete: refuse, rename: refuse
  }
}
