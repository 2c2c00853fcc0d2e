import * as vscode from 'vscode'
import { plainLine } from '../plainText.ts'
import { notesUri } from '../runs/notesFiles.ts'
import { nameOf } from '../runs/runWords.ts'
import { isReadable } from '../runs/shownRun.ts'
import type { CommandHandler } from '../shell.ts'
import { chooseRun } from './chooseRun.ts'

const UNREADABLE =
  'There is no run here whose record this version can read. Start one with Start Run…; for a damaged run or one of a newer version, its row in the list says what is wrong and what mends it.'
const LONGEST_NAME = 200
const LONGEST_TAG = 60
const MOST_TAGS = 50

export const renameRun: CommandHandler = async (shell, ...given) => {
  const run = await chooseRun(shell, given, { title: 'Rename Run', fits: isReadable, none: UNREADABLE, always: true })
  const typed = run && (await vscode.window.showInputBox({
    title: 'Rename Run', prompt: 'A name for people; the folder keeps its own.', value: plainLine(run.card.name), ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' || text.length > LONGEST_NAME ? `1 to ${LONGEST_NAME} characters` : undefined)
  }))
  if (run && typed !== undefined) await annotate(shell, run.card.directory, { name: typed.trim() })
}

export const editNotes: CommandHandler = async (shell, ...given) => {
  const run = await chooseRun(shell, given, { title: 'Edit Notes', fits: isReadable, none: UNREADABLE, always: true })
  if (run) await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(notesUri(run.card.directory, nameOf(run))), { preview: false })
}

export const editTags: CommandHandler = async (shell, ...given) => {
  const run = await chooseRun(shell, given, { title: 'Edit Tags', fits: isReadable, none: UNREADABLE, always: true })
  const typed = run && (await vscode.window.showInputBox({
    title: `Tags of ${nameOf(run)}`, prompt: 'Separated by commas', value: run.card.tags.map((tag) => plainLine(tag)).join(', '), ignoreFocusOut: true,
    validateInput: (text) => (tagsOf(text).length > MOST_TAGS || tagsOf(text).some((tag) => tag.length > LONGEST_TAG) ? `At most ${MOST_TAGS} tags of ${LONGEST_TAG} characters` : undefined)
  }))
  if (run && typed !== undefined) await annotate(shell, run.card.directory, { tags: tagsOf(typed) })
}

const tagsOf = (text: string): string[] => [...new Set(text.split(',').map((tag) => tag.trim().replace(/^#/, '')).filter((tag) => tag !== ''))]

export function pinCommand(pinned: boolean): CommandHandler {
  return async (shell, ...given) => {
    const title = pinned ? 'Pin Run' : 'Unpin Run'
    const none = pinned ? 'Every run that can be read is pinned already.' : 'No run is pinned.'
    const run = await chooseRun(shell, given, { title, fits: (each) => isReadable(each) && each.card.pinned !== pinned, none, always: true })
    if (run) await annotate(shell, run.card.directory, { pinned })
  }
}

async function annotate({ queries, runs }: Parameters<CommandHandler>[0], run: string, values: { name?: string; tags?: string[]; pinned?: boolean }): Promise<void> {
  await queries.ask('runs/annotate', { run, ...values })
  await runs.reload()
}
