import * as vscode from 'vscode'
import { RUNS_MOST } from '../../trainer/protocol/queries.ts'
import { plainLine } from '../plainText.ts'
import { differencesReport } from '../reports/reportTexts.ts'
import { nameOf } from '../runs/runWords.ts'
import type { CommandHandler } from '../shell.ts'
import { activeRun } from '../status/statusText.ts'
import { chooseRun, chooseRuns } from './chooseRun.ts'

const NO_RUNS = 'There is no run here yet. Start one with Start Run…: the samples need no set-up.'
const any = (): boolean => true

export const openDashboard: CommandHandler = async (shell, ...given) => {
  const run = await chooseRun(shell, given.length > 0 ? given : following(shell), { title: 'Open Dashboard', fits: any, none: NO_RUNS })
  if (run) await shell.views.openDashboard([run.card.directory])
}

export const openInspector: CommandHandler = async (shell, ...given) => {
  const run = await chooseRun(shell, given.length > 0 ? given : following(shell), { title: 'Open Trace Inspector', fits: any, none: NO_RUNS })
  if (run) await shell.views.openInspector({ runs: [run.card.directory] })
}

export const openLabeller: CommandHandler = async (shell, ...given) => {
  const run = await chooseRun(shell, given, { title: 'Label Rollouts', fits: any, none: NO_RUNS })
  if (run) await shell.views.openLabeller({ run: run.card.directory })
}

/** From the palette, the run that trains is meant. */
function following({ runs }: Parameters<CommandHandler>[0]): readonly unknown[] {
  const run = activeRun(runs.runs)
  return run ? [run.card.directory] : []
}

export const compareRuns: CommandHandler = async (shell, ...given) => {
  const none = 'Comparing needs two runs. Run on Several Seeds… makes several of one run file.'
  const chosen = await chooseRuns(shell, given, { title: 'Compare Runs', fits: any, none }, { least: 2, most: RUNS_MOST })
  if (!chosen) return
  const directories = chosen.map(({ card }) => card.directory)
  const comparison = await shell.queries.ask('runs/compare', { runs: directories })
  await shell.views.openDashboard(directories)
  const names = new Map(chosen.map(({ card }) => [card.directory, card.runId === '' ? card.name : `${card.name} (${card.runId})`]))
  await shell.reports.show('Differences of runs', differencesReport(names, comparison), { beside: true })
}

export const openRunFolder: CommandHandler = async (shell, ...given) => {
  const run = await chooseRun(shell, given, { title: 'Open Run Folder', fits: any, none: NO_RUNS, always: true })
  if (run) await reveal(vscode.Uri.file(run.card.directory))
}

export const openRunsFolder: CommandHandler = async ({ settings }) => {
  const folder = vscode.Uri.file(settings.current.runsFolder)
  await vscode.workspace.fs.createDirectory(folder)
  await reveal(folder)
}

/** In the explorer where the workspace holds it, else in the system's file manager, else in a window of its own. */
async function reveal(folder: vscode.Uri): Promise<void> {
  if (vscode.workspace.getWorkspaceFolder(folder)) await vscode.commands.executeCommand('revealInExplorer', folder)
  else if (vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined) await vscode.commands.executeCommand('revealFileInOS', folder)
  else await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true })
}

/** The text that the run was made from; the file may have changed or gone since. */
export const openRunSource: CommandHandler = async (shell, ...given) => {
  const run = await chooseRun(shell, given, { title: 'Open Run File of a Run', fits: any, none: NO_RUNS })
  if (!run) return
  const { source } = await shell.queries.ask('runs/details', { run: run.card.directory })
  await shell.reports.show(`Run file of ${nameOf(run)} ${plainLine(run.card.runId, 40)}`, source.text)
}
