import * as vscode from 'vscode'
import { cleanable, cleaningProposal, sizeOf, sizeText } from '../notices/cleaning.ts'
import { nameOf, runDescription } from '../runs/runWords.ts'
import { can } from '../runs/shownRun.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { isKnownRun } from '../views/knownRuns.ts'
import { chooseRuns } from './chooseRun.ts'

const DELETE = 'Move to Trash'

export const deleteRun: CommandHandler = async (shell, ...given) => {
  const none = 'No run can be deleted: those that a trainer holds cannot. Stop a run first.'
  const runs = await chooseRuns(shell, given, { title: 'Delete Runs', fits: (run) => can(run, 'delete'), none }, { least: 1 })
  if (runs) await deleteAsked(shell, runs)
}

/** Chooses among the runs that have ended; what would bring the folder below its limit is chosen beforehand. */
export const cleanRuns: CommandHandler = async (shell) => {
  await shell.runs.reload()
  const { runs } = shell.runs
  const proposal = cleaningProposal(runs, shell.settings.current.retentionGigabytes)
  const candidates = proposal?.candidates ?? cleanable(runs)
  if (candidates.length === 0) {
    await vscode.window.showInformationMessage('There is nothing to clean up: only runs that have ended and are not pinned are offered.')
    return
  }
  const items = candidates.map((run) => ({ label: nameOf(run), description: `${sizeText(sizeOf(run))} · ${runDescription(run)}`, run, picked: proposal?.proposed.includes(run) ?? false }))
  const placeHolder = proposal ? `Runs take ${sizeText(proposal.bytes)} of ${sizeText(proposal.limitBytes)}` : 'Runs to delete, oldest first'
  const chosen = await vscode.window.showQuickPick(items, { title: 'Clean Up Runs', canPickMany: true, placeHolder, matchOnDescription: true })
  if (chosen && chosen.length > 0) await deleteAsked(shell, chosen.map(({ run }) => run))
}

async function deleteAsked(shell: Shell, runs: readonly ShownRun[]): Promise<void> {
  const [first] = runs
  const what = runs.length === 1 && first ? nameOf(first) : `${runs.length} runs`
  const detail = `With all rollouts and checkpoints, ${sizeText(runs.reduce((sum, run) => sum + sizeOf(run), 0))}. Labels are kept.`
  if ((await vscode.window.showWarningMessage(`Delete ${what}?`, { modal: true, detail }, DELETE)) !== DELETE) return
  for (const { card } of runs) {
    // Asked again: a trainer may have taken it up while people thought.
    const now = shell.runs.find(card.directory)
    if (now && can(now, 'delete')) await deleteOne(shell, card.directory)
  }
  await shell.runs.reload()
}

async function deleteOne({ settings }: Shell, directory: string): Promise<void> {
  const folder = vscode.Uri.file(directory)
  const { type } = await vscode.workspace.fs.stat(folder)
  if (!isKnownRun(directory, settings.current.runsFolders) || type !== vscode.FileType.Directory) {
    throw new Error(`${directory} is not a folder of its own in a runs folder, so it is left alone. Delete it by hand.`)
  }
  try {
    await vscode.workspace.fs.delete(folder, { recursive: true, useTrash: true })
  } catch (error) {
    await deleteForGood(folder, error)
  }
}

/** Machines without a desktop have no trash. */
async function deleteForGood(folder: vscode.Uri, error: unknown): Promise<void> {
  const forGood = 'Delete Permanently'
  const detail = `This machine has no trash (${error instanceof Error ? error.message.slice(0, 200) : 'unknown reason'}). What is deleted cannot be brought back.`
  const answer = await vscode.window.showWarningMessage('Delete permanently instead?', { modal: true, detail }, forGood)
  if (answer === forGood) await vscode.workspace.fs.delete(folder, { recursive: true, useTrash: false })
}
