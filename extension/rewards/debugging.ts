import { mkdir, rm, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import * as vscode from 'vscode'
import { rewardLanguage } from '../../trainer/protocol/rewardFile.ts'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'
import { plainLine } from '../plainText.ts'
import { labWords } from '../trainers/labError.ts'
import { consentedContent, debuggedFunction, firstStatement, PYTHON_PROGRAM } from './debugOrder.ts'
import type { DebugFacts } from './debugOrder.ts'
import type { RewardContext } from './rewardActions.ts'

export interface DebuggedReward {
  readonly file: vscode.Uri
  /** As the run names it; default: the main one of the file. */
  readonly functionName?: string
  readonly options: Readonly<Record<string, unknown>>
}

const PYTHON_DEBUGGER = 'ms-python.debugpy'

/** Runs the reward on one rollout under VS Code's debugger; it stops at breakpoints, and where the file has none at its first statement. */
export async function debugReward(context: RewardContext, place: RolloutPlace, reward: DebuggedReward): Promise<void> {
  const document = await vscode.workspace.openTextDocument(reward.file)
  if (document.isDirty && !(await document.save())) return
  const found = debuggedFunction(reward.file.fsPath, document.getText(), reward.functionName)
  const language = rewardLanguage(reward.file.fsPath)
  if (language === 'python' && !vscode.extensions.getExtension(PYTHON_DEBUGGER)) return refusePython()
  const workspace = vscode.workspace.getWorkspaceFolder(reward.file)?.uri.fsPath ?? dirname(reward.file.fsPath)
  if (!(await confirmed(reward.file, workspace))) return
  const input = await inputOf(context, place)
  const facts: DebugFacts = { path: reward.file.fsPath, workspace, input, options: reward.options, ...(found && { functionName: found.name }) }
  const folder = await writeOrder(context, facts)
  const own = found && breakAt(document, firstStatement(document.getText(), found.line))
  const clean = async (): Promise<void> => {
    if (own) vscode.debug.removeBreakpoints([own])
    await rm(folder, { recursive: true, force: true })
  }
  const name = `${plainLine(vscode.workspace.asRelativePath(reward.file), 60)} on ${plainLine(place.id, 60)}`
  const ending = vscode.debug.onDidTerminateDebugSession((session) => {
    if (session.name !== name || session.parentSession) return
    ending.dispose()
    void clean()
  })
  const started = await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(reward.file), configuration(context, language === 'python', name, folder))
  if (started) return
  ending.dispose()
  await clean()
}

async function refusePython(): Promise<void> {
  await vscode.window.showInformationMessage('Debugging Python needs the extension Python Debugger (ms-python.debugpy). Re-scoring works without it.')
}

/** Under a debugger code runs with all rights of the user; asked once for each window and content of a file and what it imports. */
const approved = new Set<string>()

async function confirmed(file: vscode.Uri, workspace: string): Promise<boolean> {
  const content = consentedContent({ path: file.fsPath, workspace })
  if (approved.has(content)) return true
  const debug = 'Debug'
  const answer = await vscode.window.showWarningMessage(`Debug ${plainLine(vscode.workspace.asRelativePath(file), 100)}?`, {
    modal: true, detail: 'A debugger cannot look into the sandbox: the file, and what it imports, runs as a plain program with your rights.'
  }, debug)
  if (answer === debug) approved.add(content)
  return answer === debug
}

async function inputOf({ lab }: RewardContext, { run, id }: RolloutPlace): Promise<unknown> {
  let input: unknown
  const onLine = (line: unknown): void => {
    if (typeof line === 'object' && line !== null && 'type' in line && line.type === 'rewardInput' && 'input' in line) input = line.input
  }
  const { code, errors } = await lab.run(['reward-input', run, `--rollout=${id}`], { cwd: dirname(run), onLine })
  if (code !== 0 || input === undefined) throw new Error(labWords({ errors }, 'The rollout could not be read.'))
  return input
}

async function writeOrder({ extension }: RewardContext, facts: DebugFacts): Promise<string> {
  const folder = join(extension.globalStorageUri.fsPath, 'debug', randomBytes(8).toString('hex'))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, 'order.json'), JSON.stringify(facts), { mode: 0o600 })
  await writeFile(join(folder, 'debug_reward.py'), PYTHON_PROGRAM, { mode: 0o600 })
  return folder
}

/** A breakpoint of our own where the file has none; gone with the session. */
function breakAt({ uri }: vscode.TextDocument, line: number): vscode.SourceBreakpoint | undefined {
  const has = vscode.debug.breakpoints.some((breakpoint) => breakpoint instanceof vscode.SourceBreakpoint && breakpoint.enabled && breakpoint.location.uri.toString() === uri.toString())
  if (has) return undefined
  const breakpoint = new vscode.SourceBreakpoint(new vscode.Location(uri, new vscode.Position(line, 0)))
  vscode.debug.addBreakpoints([breakpoint])
  return breakpoint
}

function configuration({ extension }: RewardContext, python: boolean, name: string, folder: string): vscode.DebugConfiguration {
  const common = { name, request: 'launch', args: [join(folder, 'order.json')], console: 'internalConsole', internalConsoleOptions: 'openOnSessionStart' }
  if (python) return { ...common, type: 'debugpy', program: join(folder, 'debug_reward.py'), justMyCode: true }
  return {
    ...common, type: 'node', program: vscode.Uri.joinPath(extension.extensionUri, 'dist', 'debugReward.mjs').fsPath,
    // The code that runs has its types taken off: the same lines as on disk, not the same bytes.
    enableContentValidation: false, outFiles: [], skipFiles: ['<node_internals>/**', '**/debugReward.mjs'], outputCapture: 'std'
  }
}
