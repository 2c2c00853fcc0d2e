import * as vscode from 'vscode'
import { setupReport } from '../reports/reportTexts.ts'
import type { SetupFinding } from '../reports/reportTexts.ts'
import type { CommandHandler } from '../shell.ts'
import { mayExecute } from '../starting/trust.ts'
import { labWords } from '../trainers/labError.ts'

export const checkSetup: CommandHandler = async ({ lab, reports, settings, context }) => {
  if (!(await mayExecute('Checking the set-up'))) return
  let answer: { fit: boolean; findings: readonly SetupFinding[] } | undefined
  const { errors } = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Checking the set-up' }, () =>
    lab.run(['doctor', '--json'], { cwd: context.globalStorageUri.fsPath, onLine: (line) => (answer = line as typeof answer) }))
  if (!answer) throw new Error(labWords({ errors }, 'The check gave no answer.'))
  await reports.show('Set-up of Rollout Lab', setupReport(answer.findings, answer.fit, {
    version: vscode.version, extension: String((context.extension.packageJSON as { version: unknown }).version), remote: vscode.env.remoteName,
    trusted: vscode.workspace.isTrusted, runsFolder: settings.current.runsFolder
  }))
}

export const showLog: CommandHandler = ({ log }) => Promise.resolve(log.show())
export const openWalkthrough: CommandHandler = async ({ context }) => vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#firstRun`, false)
export const openSettings: CommandHandler = async ({ context }) => vscode.commands.executeCommand('workbench.action.openSettings', `@ext:${context.extension.id}`)
