import * as vscode from 'vscode'
import { cleanable, cleaningProposal, sizeOf, sizeText } from '../notices/cleaning.ts'
import { requireUnheld } from '../runs/runHolder.ts'
import { nameOf, runDescription } from '../runs/runWords.ts'
import { can } from '../runs/shownRun.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { isKnownRun } from '../views/knownRuns.ts'
import { chooseRuns } from './chooseRun.ts'
import { deleteQuestion, deleteRuns, forGoodQuestion, keptText } from './deletion.ts'
import type { Question } from './deletion.ts'

export const deleteRun: CommandHandler = async (shell, ...given) => {
  const none = 'No run can be deleted: those that a trainer holds, or that wait in the queue, cannot. Stop a run first, or remove it from the queue.'
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
  const useTrash = hasTrash()
  if (!(await agreed(deleteQuestion(runs, useTrash)))) return
  try {
    const kept = await deleteRuns(runs, useTrash, {
      look: () => shell.runs.reload(),
      check: (run) => checkDeletable(shell, run),
      remove: async ({ card }, toTrash) => vscode.workspace.fs.delete(vscode.Uri.file(card.directory), { recursive: true, useTrash: toTrash }),
      mayDeleteForGood: (untaken) => agreed(forGoodQuestion(untaken))
    })
    for (const { run, why } of kept) shell.log.error(`${run.card.directory} could not be deleted: ${why}`)
    if (kept.length > 0) throw new Error(keptText(kept))
  } finally {
    await shell.runs.reload()
  }
}

/** The server of a remote connection or a browser has none: what it deletes is gone. */
const hasTrash = (): boolean => vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined

const agreed = async ({ message, detail, agree }: Question): Promise<boolean> => (await vscode.window.showWarningMessage(message, { modal: true, detail }, agree)) === agree

/** Asked again after the question: a trainer may have taken it up while people thought. */
async function checkDeletable({ runs, settings }: Shell, { card: { directory } }: ShownRun): Promise<void> {
  const now = runs.find(directory)
  if (now && !can(now, 'delete')) throw new Error(now.queued ? 'It waits in the queue; remove it from there first.' : 'A trainer has taken it up meanwhile.')
  const { type } = await vscode.workspace.fs.stat(vscode.Uri.file(directory))
  if (isKnownRun(directory, settings.current.runsFolders) && type === vscode.FileType.Directory) return requireUnheld(directory)
  throw new Error(`${directory} is not a folder of its own in a runs folder, so it is left alone. Delete it by hand.`)
}
