import * as vscode from 'vscode'
import type { Queries } from '../contracts/queries.ts'

const NOTES_SCHEME = 'rollout-notes'

/** The notes of a run as a document of their own. */
export function notesUri(directory: string, name: string): vscode.Uri {
  return vscode.Uri.from({ scheme: NOTES_SCHEME, path: `/Notes of ${name.replaceAll(/[\\/]/g, '-')}.md`, query: directory })
}

/** Lets the editor read and save notes, which the query process keeps beside the run. */
export function provideNotes(queries: Queries): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>()
  const read = async ({ query }: vscode.Uri): Promise<Buffer> => Buffer.from((await queries.ask('runs/details', { run: query })).card.notes)
  const refuse = (uri: vscode.Uri): never => {
    throw vscode.FileSystemError.NoPermissions(uri)
  }
  const provider: vscode.FileSystemProvider = {
    onDidChangeFile: changed.event,
    watch: () => ({ dispose: () => undefined }),
    stat: async (uri) => ({ type: vscode.FileType.File, ctime: 0, mtime: Date.now(), size: (await read(uri)).length }),
    readFile: read,
    writeFile: async (uri, content) => {
      await queries.ask('runs/annotate', { run: uri.query, notes: new TextDecoder().decode(content) })
    },
    readDirectory: refuse, createDirectory: refuse, delete: refuse, rename: refuse
  }
  const registration = vscode.workspace.registerFileSystemProvider(NOTES_SCHEME, provider, { isCaseSensitive: true })
  return { dispose: () => [registration, changed].forEach((each) => each.dispose()) }
}
