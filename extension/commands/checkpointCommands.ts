import * as vscode from 'vscode'
import { dirname } from 'node:path'
import type { EvaluationResult } from '../../trainer/protocol/summary.ts'
import type { ResolvedRun } from '../../trainer/protocol/runFile.ts'
import { plainLine } from '../plainText.ts'
import { evaluationReport } from '../reports/reportTexts.ts'
import { finishedStages, forkedRunFile } from '../runFiles/forking.ts'
import { nameOf } from '../runs/runWords.ts'
import { workspaceFoldersOnDisk } from '../settings/settings.ts'
import type { CommandHandler } from '../shell.ts'
import { withConsents } from '../starting/consent.ts'
import { gitFlags } from '../starting/gitFlags.ts'
import { exists } from '../starting/samples.ts'
import { launch } from '../starting/launch.ts'
import { mayExecute } from '../starting/trust.ts'
import { openText, writeFile } from '../starting/writeRunFile.ts'
import { cancellable } from '../trainers/cancellable.ts'
import { labError } from '../trainers/labError.ts'
import { chooseCheckpoint } from './chooseRun.ts'
import { evaluationArgs } from './evaluationArgs.ts'
import type { EvaluationAmount } from './evaluationArgs.ts'

export const sampleFromCheckpoint: CommandHandler = async (shell, ...given) => {
  if (!(await mayExecute('Sampling from a checkpoint'))) return
  const chosen = await chooseCheckpoint(shell, given, 'Sample from Checkpoint')
  if (!chosen) return
  const label = `${nameOf(chosen.run)} · ${plainLine(chosen.checkpoint.label, 60)}`
  await shell.views.openPlayground({ directory: chosen.checkpoint.directory, label })
}

export const forkFromCheckpoint: CommandHandler = async (shell, ...given) => {
  const chosen = await chooseCheckpoint(shell, given, 'Fork from Checkpoint')
  if (!chosen) return
  const { source, run } = await shell.queries.ask('runs/details', { run: chosen.run.card.directory })
  const folder = await folderForFork(dirname(source.path))
  const { record: saved } = chosen.checkpoint
  const name = `${chosen.run.card.name}-${chosen.checkpoint.label}`
  const text = (place: string): string =>
    forkedRunFile({ text: source.text, folder: dirname(source.path), run }, { name, checkpoint: chosen.checkpoint.directory, saved, folder: place })
  const file = await writeFile(shell, name, text, folder)
  await openText(file)
  const start = 'Start It'
  const done = finishedStages(run, saved).map((stage) => `“${plainLine(stage, 40)}”`)
  const left = done.length === 0 ? '' : ` Without ${done.join(', ')}, which the checkpoint has been through.`
  const answer = await vscode.window.showInformationMessage(`The new run file starts from the checkpoint, as the run was started.${left} Change what you like, then start it.`, start)
  if (answer === start) await launch(shell, { file: file.fsPath })
}

/** Beside the run's own file where that lies in the workspace; undefined = wherever new run files go. */
async function folderForFork(ownFolder: string): Promise<vscode.Uri | undefined> {
  const uri = vscode.Uri.file(ownFolder)
  const inside = workspaceFoldersOnDisk().some((folder) => vscode.workspace.getWorkspaceFolder(uri) === folder)
  return inside && (await exists(uri)) ? uri : undefined
}

type Amount = vscode.QuickPickItem & EvaluationAmount

export const evaluateCheckpoint: CommandHandler = async (shell, ...given) => {
  if (!(await mayExecute('Evaluating a checkpoint'))) return
  const chosen = await chooseCheckpoint(shell, given, 'Evaluate Checkpoint')
  if (!chosen) return
  const { checkpoint, run: { card } } = chosen
  const { run, source } = await shell.queries.ask('runs/details', { run: card.directory })
  const amount = await chooseAmount(run)
  if (!amount) return
  const { threads } = shell.settings.current
  const asked = { ...amount, checkpoint: checkpoint.directory, directory: card.directory, engine: run.engine, threads }
  const label = plainLine(checkpoint.label, 60)
  const title = `Evaluating ${label} of ${nameOf(chosen.run)}`
  const result = await withConsents({ lab: shell.lab, file: source.path }, (consents) => runForResult(shell, [...evaluationArgs(asked, consents), ...gitFlags()], title, card.directory))
  if (result) await shell.reports.show(`Evaluation of ${nameOf(chosen.run)} ${label}`, evaluationReport({ checkpoint: checkpoint.label, run: card.name, result }))
}

async function chooseAmount({ evaluation: { problems, samples } }: ResolvedRun): Promise<Amount | undefined> {
  const amounts: Amount[] = [
    ...(problems > 0 ? [{ label: 'As in the run', description: `${problems} problems, ${samples} completions of each`, problems, samples }] : []),
    { label: 'A quick look', description: '50 problems, 4 completions of each', problems: 50, samples: 4 }
  ]
  return vscode.window.showQuickPick(amounts, { title: 'Evaluate Checkpoint', placeHolder: 'How thoroughly' })
}

/** Undefined = cancelled. */
async function runForResult({ lab }: Parameters<CommandHandler>[0], args: readonly string[], title: string, cwd: string): Promise<EvaluationResult | undefined> {
  return cancellable(title, async (signal) => {
    let result: EvaluationResult | undefined
    const { code, ...said } = await lab.run(args, { cwd, signal, onLine: (line) => (result = line as EvaluationResult) })
    if (code !== 0 || !result) throw labError(said, `The evaluation ended with code ${code}.`)
    return result
  })
}
