import * as vscode from 'vscode'
import { ATTEMPT_SCHEME } from './attempts/attemptUri.ts'
import { NOTES_SCHEME } from './runs/notesAddress.ts'
import { ROLLOUT_SCHEME } from './traces/rolloutUri.ts'

/** What VS Code brings back when it restores a window, handed to the parts that it belongs to. */
export interface Restored {
  panel(page: PageName, panel: vscode.WebviewPanel, kept: unknown): void
  documentText(uri: vscode.Uri): Promise<string>
  attemptText(uri: vscode.Uri): Promise<string>
  followLink(uri: vscode.Uri): Promise<void>
  readonly notes: NotesStore
}

/** The notes of runs, one file each. */
export interface NotesStore {
  read(uri: vscode.Uri): Promise<Uint8Array>
  write(uri: vscode.Uri, content: Uint8Array): Promise<void>
}

const PAGES = ['dashboard', 'inspector', 'labeller', 'playground'] as const
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
    // Files rather than a content provider: VS Code opens files again when it restores a window, and comments on them.
    vscode.workspace.registerFileSystemProvider(ROLLOUT_SCHEME, traceFiles(async (uri) => (await restored()).documentText(uri)), { isCaseSensitive: true, isReadonly: true }),
    vscode.workspace.registerFileSystemProvider(ATTEMPT_SCHEME, traceFiles(async (uri) => (await restored()).attemptText(uri)), { isCaseSensitive: true, isReadonly: true }),
    vscode.window.registerUriHandler({ handleUri: async (uri) => (await restored()).followLink(uri) }),
    vscode.workspace.registerFileSystemProvider(NOTES_SCHEME, notesFiles(async () => (await restored()).notes), { isCaseSensitive: true })
  ]
}

function refuse(uri: vscode.Uri): never {
  throw vscode.FileSystemError.NoPermissions(uri)
}

/** What is asked of files that nobody else changes while they are open here, and of folders, which there are none of. */
const UNCHANGING = {
  onDidChangeFile: () => ({ dispose: () => undefined }),
  watch: () => ({ dispose: () => undefined }),
  readDirectory: refuse, createDirectory: refuse, delete: refuse, rename: refuse
}

/** Lets the editor read traces as files. Their size is not asked for, since telling it would be reading them twice. */
function traceFiles(textOf: (uri: vscode.Uri) => Promise<string>): vscode.FileSystemProvider {
  return {
    ...UNCHANGING, writeFile: refuse,
    stat: () => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: 0, permissions: vscode.FilePermission.Readonly }),
    readFile: async (uri) => Buffer.from(await textOf(uri), 'utf8')
  }
}

/** Lets the editor read and save notes as files. */
function notesFiles(notes: () => Promise<NotesStore>): vscode.FileSystemProvider {
  const read = async (uri: vscode.Uri): Promise<Uint8Array> => (await notes()).read(uri)
  return {
    ...UNCHANGING,
    stat: async (uri) => ({ type: vscode.FileType.File, ctime: 0, mtime: Date.now(), size: (await read(uri)).length }),
    readFile: read,
    writeFile: async (uri, content) => (await notes()).write(uri, content)
  }
}
