import * as vscode from 'vscode'
import type { Queries } from '../contracts/queries.ts'
import type { NotesStore } from '../restoring.ts'
import { NOTES_SCHEME } from './notesAddress.ts'

/** The notes of a run as a document of their own. */
export function notesUri(directory: string, name: string): vscode.Uri {
  return vscode.Uri.from({ scheme: NOTES_SCHEME, path: `/Notes of ${name.replaceAll(/[\\/]/g, '-')}.md`, query: directory })
}

/** The query process keeps notes beside the run. */
export function createNotes(queries: Queries): NotesStore {
  return {
    read: async ({ query }) => Buffer.from((await queries.ask('runs/details', { run: query })).card.notes),
    write: async ({ query }, content) => {
      await queries.ask('runs/annotate', { run: query, notes: new TextDecoder().decode(content) })
    }
  }
}
