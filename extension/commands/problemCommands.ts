import { basename } from 'node:path'
import * as vscode from 'vscode'
import { functionsIn } from '../../trainer/workspaces/problems/functionsIn.ts'
import { plainLine } from '../plainText.ts'
import { makeProblem } from '../problems/makeProblem.ts'
import type { Making } from '../problems/makeProblem.ts'
import { runFileFor } from '../problems/problemRun.ts'
import { testsIn } from '../problems/testsIn.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { mayExecute } from '../starting/trust.ts'
import { openText } from '../starting/writeRunFile.ts'

const FROM_FUNCTION = 'Make Problem from Function'
const FROM_TEST = 'Make Problem from Failing Test'

/** Of the function of a lens, at the cursor, or that people choose. */
export const makeProblemFromFunction: CommandHandler = async (shell, ...given) => {
  if (!(await mayExecute(FROM_FUNCTION))) return
  const document = await documentGiven(given, 'Open a file with the function first.')
  if (!document) return
  const functions = functionsIn(document.uri.fsPath, document.getText())
  const at = typeof given[1] === 'number' ? given[1] : cursorLine(document)
  const around = functions.filter(({ lines: [first, last] }) => at !== undefined && first <= at && at <= last)
  const [inside] = around.sort((a, b) => (a.to - a.from) - (b.to - b.from))
  const chosen = inside ?? (await chooseOf(functions.map((one) => ({ name: one.name, line: one.lines[0], one })), FROM_FUNCTION, 'function'))?.one
  if (chosen) await make(shell, FROM_FUNCTION, { file: document.uri, command: 'make-function', which: ['--line', String(chosen.lines[0])], of: chosen.name })
}

/** Of the test of a lens, or of the failing ones among those that people choose. */
export const makeProblemFromTest: CommandHandler = async (shell, ...given) => {
  if (!(await mayExecute(FROM_TEST))) return
  const document = await documentGiven(given, 'Open a test file first.')
  if (!document) return
  const name = typeof given[1] === 'string' ? given[1] : await chooseTest(document)
  if (name === undefined) return
  const [which, of] = name === '' ? [[], basename(document.uri.fsPath)] : [[`--name=${name}`], name]
  await make(shell, FROM_TEST, { file: document.uri, command: 'make-test', which, of })
}

/** '' = all that fail; the test at the cursor comes first. */
async function chooseTest(document: vscode.TextDocument): Promise<string | undefined> {
  const tests = testsIn(document.uri.fsPath, document.getText())
  if (tests.length === 0) return ''
  const cursor = cursorLine(document) ?? 0
  const at = tests.findLast(({ line }) => line < cursor)
  const sorted = [...tests].sort((a, b) => Number(b === at) - Number(a === at))
  const one = sorted.map(({ name, line }) => ({ label: plainLine(name, 120), description: `line ${line + 1}`, name }))
  const items = [...one, { label: '$(checklist) All tests of this file that fail', description: '', name: '' }]
  return (await vscode.window.showQuickPick(items, { title: FROM_TEST, placeHolder: 'Which test is to pass' }))?.name
}

async function chooseOf<T extends { readonly name: string; readonly line: number }>(found: readonly T[], title: string, what: string): Promise<T | undefined> {
  if (found.length === 0) return void vscode.window.showInformationMessage(`There is no ${what} in this file that a problem can be made of.`)
  const items = found.map((one) => ({ label: plainLine(one.name, 80), description: `line ${one.line}`, one }))
  return (await vscode.window.showQuickPick(items, { title, placeHolder: `Which ${what}` }))?.one
}

async function make(shell: Shell, title: string, making: Making): Promise<void> {
  const made = await makeProblem(shell, making)
  if (!made) return
  const { failToPass, passToPass, added, file } = made
  const decide = `${failToPass.length} ${failToPass.length === 1 ? 'test decides' : 'tests decide'}`
  const where = `${added ? 'Added to' : 'It was already in'} ${plainLine(basename(file), 80)}.`
  const told = `${plainLine(made.title, 120)}: ${decide}, ${passToPass.length} must go on passing. ${where}`
  const run = await runFileFor(shell, file, title)
  void vscode.window.showInformationMessage(run ? told : `${told} No run file was written, since no model was chosen.`)
  if (run) await openText(run)
}

/** The file of a lens or the one in front, as the disk has it: tests run what is there. */
async function documentGiven([first]: readonly unknown[], none: string): Promise<vscode.TextDocument | undefined> {
  const front = vscode.window.activeTextEditor?.document
  const document = first instanceof vscode.Uri ? await vscode.workspace.openTextDocument(first) : front
  if (document?.uri.scheme !== 'file') return void vscode.window.showInformationMessage(none)
  return !document.isDirty || (await document.save()) ? document : undefined
}

/** From 1, where the document is in front. */
function cursorLine(document: vscode.TextDocument): number | undefined {
  const editor = vscode.window.activeTextEditor
  return editor?.document === document ? editor.selection.active.line + 1 : undefined
}
