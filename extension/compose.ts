import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import * as vscode from 'vscode'
import type { CommandName } from './commands/commandNames.ts'
import { COMMANDS } from './commands/commandTable.ts'
import { createComments } from './comments/comments.ts'
import type { FailedStart } from './contracts/trainers.ts'
import { errorDetail, errorText } from './errorText.ts'
import { createLabels } from './labels/createLabels.ts'
import { withLabelFolders } from './labels/labelledQueries.ts'
import { labelsPlace } from './labels/labelsPlace.ts'
import { askForAttention } from './notices/askForAttention.ts'
import { watchExcludes } from './notices/watchExcludes.ts'
import { watchQuota } from './notices/watchQuota.ts'
import { provideProblemLenses } from './problems/problemLenses.ts'
import { createQueries } from './queries/createQueries.ts'
import { createLabelQueue } from './ratings/labelQueue.ts'
import { showQueueStatus } from './ratings/queueStatus.ts'
import { showRatings } from './ratings/ratingViews.ts'
import { createReports } from './reports/reports.ts'
import { watchRescores } from './rewards/rescoring.ts'
import { provideRewardLenses } from './rewards/rewardLenses.ts'
import { parseCatalogue } from './runFiles/catalogue.ts'
import { markProblems } from './runFiles/markProblems.ts'
import { provideLenses } from './runFiles/provideLenses.ts'
import type { Restored } from './restoring.ts'
import { createNotes } from './runs/notesFiles.ts'
import { createRunList } from './runs/runList.ts'
import { createSettings } from './settings/settings.ts'
import type { Shell } from './shell.ts'
import { failedStartNotice, START_AGAIN } from './starting/failedStart.ts'
import { createSamples } from './starting/samples.ts'
import { startAgain } from './starting/startAgain.ts'
import { keepContextKeys } from './status/contextKeys.ts'
import { showStatus } from './status/statusItem.ts'
import { createLabCommand, createTrainerProgram, createTrainers } from './trainers/createTrainers.ts'
import { createSuggestions } from './suggestions/createSuggestions.ts'
import { createTraces } from './traces/traces.ts'
import { provideRunTree } from './tree/runTree.ts'
import { provideSampleTree } from './tree/sampleTree.ts'
import { createViews } from './views/views.ts'

/** When this file was loaded, of which the rest of the start is measured. */
const loadedAt = performance.now()

/** The extension at work. */
export interface Composition extends vscode.Disposable {
  /** Carries a command out; what goes wrong is told to people and logged, never thrown. */
  give(name: CommandName, given: readonly unknown[]): Promise<unknown>
  readonly restored: Restored
}

/** The one place where the parts of the extension meet. */
export async function compose(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<Composition> {
  // Node's own file system: the editor's answers only when a window that starts has time.
  const catalogue = parseCatalogue(await readFile(path.join(context.extensionUri.fsPath, 'dist', 'catalogue.json'), 'utf8'))
  await mkdir(context.globalStorageUri.fsPath, { recursive: true })
  const settings = createSettings(context)
  const queryProcess = createQueries({ program: path.join(context.extensionUri.fsPath, 'dist', 'queries.mjs'), log: (line) => log.info(line) })
  const queries = withLabelFolders(queryProcess, (run) => labelsPlace(settings, run))
  const labels = createLabels({ queries, settings, log: (line) => log.warn(line) })
  const traces = createTraces({ queries, settings, labels, log })
  const comments = createComments({ traces, queries, labels, log: (line) => log.warn(line) })
  const labelQueue = createLabelQueue({ queries, labels, memento: context.workspaceState })
  const program = createTrainerProgram(context, () => settings.current, (message) => log.info(message))
  const lab = createLabCommand(program, (line) => log.info(line))
  const trainers = createTrainers({ program, context, runsPerDevice: () => settings.current.runsPerDevice, runsFolders: () => settings.current.runsFolders, log: (line) => log.info(line) })
  // Runs and reports are made after the views, and are there before anybody asks for drafts.
  const suggestions = createSuggestions({ context, queries, labels, lab, settings, runs: () => runs.runs, report: (...what) => reports.show(...what), log })
  const views = createViews({ extension: context, queries, labels, traces, comments, trainers, settings, lab, suggestDrafts: (places) => suggestions.draft(places), log })
  const runs = createRunList(queries, trainers, settings, log)
  const reports = createReports()
  const rescores = watchRescores({ lab, reports, traces, log })
  const samples = createSamples(context)
  // A start that needs it fails with the same error, in words.
  const prepare = (): void => void Promise.all([program.runtime(), samples.ready()]).catch((error: unknown) => log.warn(errorText(error)))
  const shell: Shell = { context, log, settings, queries, labels, traces, comments, labelQueue, suggestions, trainers, lab, views, runs, reports, rescores, samples, catalogue, prepare }
  const parts = [
    provideRunTree(shell), provideSampleTree(samples), showStatus(shell), keepContextKeys(shell), askForAttention(shell), watchQuota(shell), watchExcludes(shell),
    trainers.onStartFailed((failed) => void guarded(shell, 'startAgain', () => tellFailed(shell, failed))),
    markProblems(catalogue), provideLenses(shell), showRatings(traces, vscode.Uri.joinPath(context.extensionUri, 'media')), showQueueStatus(shell), comments, traces, rescores, provideRewardLenses(), provideProblemLenses(settings), reports, runs, views, trainers, labels, queries, settings
  ]
  void begin(shell)
  return { give: (name, given) => give(shell, name, given), restored: { ...views, notes: createNotes(queries) }, dispose: () => parts.forEach((part) => part.dispose()) }
}

/** Finds the runs of the folders and the trainers that outlived the last window; then makes ready for a first start. */
async function begin({ runs, trainers, log, prepare }: Shell): Promise<void> {
  const attached = trainers.attachAll().catch((error: unknown) => log.error(`Looking for trainers failed: ${errorDetail(error)}`))
  await Promise.all([runs.reload(), attached])
  log.info(`${runs.runs.length} runs, ${trainers.live.length} trainers ${Math.round(performance.now() - loadedAt)} ms after the start`)
  if (vscode.workspace.isTrusted) prepare()
}

const give = (shell: Shell, name: CommandName, given: readonly unknown[]): Promise<unknown> => guarded(shell, name, () => COMMANDS[name](shell, ...given))

/** What goes wrong is told to people and logged, never thrown. */
async function guarded(shell: Shell, name: string, work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof vscode.CancellationError) return undefined
    shell.log.error(`${name}: ${errorDetail(error)}`)
    void tell(shell, errorText(error))
    return undefined
  }
}

async function tellFailed(shell: Shell, failed: FailedStart): Promise<void> {
  const { message, answers } = failedStartNotice(failed)
  if ((await tell(shell, message, answers)) === START_AGAIN) await startAgain(shell, failed)
}

/** What people answer. */
async function tell({ log }: Shell, message: string, answers: readonly string[] = []): Promise<string | undefined> {
  const show = 'Show Log'
  const answer = await vscode.window.showErrorMessage(message, ...answers, show)
  if (answer === show) log.show()
  return answer
}
