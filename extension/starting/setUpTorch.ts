import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { plainLine } from '../plainText.ts'
import { workspaceFoldersOnDisk } from '../settings/settings.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { labWords } from '../trainers/labError.ts'
import { mayExecute } from './trust.ts'

/** A line of `lab setup-torch --json`. */
type SetupLine =
  | { readonly kind: 'step'; readonly done: number; readonly of: number; readonly text: string }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'made'; readonly python: string; readonly packages?: Readonly<Record<string, string | null>>; readonly devices?: readonly { readonly kind: string; readonly name: string }[] }

interface Place {
  readonly label: string
  readonly detail: string
  /** Options of the command; absent = an interpreter is chosen instead. */
  readonly args?: readonly string[]
}

const TITLE = 'Set Up PyTorch'

/** Makes an environment with PyTorch, or takes one that is there. Answers whether runs with the engine torch have one now. */
export const setUpTorch: CommandHandler = async (shell) => {
  if (!(await mayExecute('Setting up PyTorch'))) return false
  const place = await choosePlace()
  if (!place) return false
  if (place.args === undefined) return chooseInterpreter()
  const device = await chooseDevice()
  if (device === undefined) return false
  return make(shell, [...place.args, '--device', device])
}

async function choosePlace(): Promise<Place | undefined> {
  const [folder] = workspaceFoldersOnDisk()
  const ofFolder: Place[] = folder
    ? [{ label: '$(root-folder) In this workspace', detail: `.venv in ${plainLine(folder.name, 80)}${existsSync(join(folder.uri.fsPath, '.venv')) ? ', which is there and is completed' : ''}`, args: ['--into', join(folder.uri.fsPath, '.venv')] }]
    : []
  const places: readonly Place[] = [
    { label: '$(package) A new environment for all my runs', detail: 'In your own data folder; the command line finds it too', args: [] },
    ...ofFolder,
    { label: '$(folder-opened) A Python that I have…', detail: 'One with torch and transformers; kept in the setting rolloutLab.python of this machine' }
  ]
  return vscode.window.showQuickPick(places, { title: `${TITLE} (1/2)`, placeHolder: 'Where PyTorch shall live. It takes 1 to 7 GB', ignoreFocusOut: true })
}

async function chooseDevice(): Promise<string | undefined> {
  const devices = [
    { label: 'auto', description: 'a GPU where a driver is found, else the CPU' }, { label: 'cuda', description: 'NVIDIA' }, { label: 'rocm', description: 'AMD, on Linux' },
    { label: 'cpu', description: 'the smallest download' }
  ]
  return (await vscode.window.showQuickPick(devices, { title: `${TITLE} (2/2)`, placeHolder: 'What PyTorch shall compute on', ignoreFocusOut: true }))?.label
}

async function chooseInterpreter(): Promise<boolean> {
  const [chosen] = (await vscode.window.showOpenDialog({ title: 'Python with PyTorch and transformers', openLabel: 'Use This Python', canSelectMany: false })) ?? []
  if (!chosen) return false
  await vscode.workspace.getConfiguration('rolloutLab').update('python', chosen.fsPath, vscode.ConfigurationTarget.Global)
  return true
}

async function make({ lab, log, context }: Shell, args: readonly string[]): Promise<boolean> {
  let made: Extract<SetupLine, { kind: 'made' }> | undefined
  const options = { location: vscode.ProgressLocation.Notification, title: 'Setting up PyTorch', cancellable: true }
  const { code, errors, cancelled } = await vscode.window.withProgress(options, async (progress, token) => {
    const stop = new AbortController()
    token.onCancellationRequested(() => stop.abort())
    let shown = 0
    const onLine = (line: unknown): void => {
      const told = line as SetupLine
      if (told.kind === 'made') made = told
      if (told.kind === 'output') log.info(plainLine(told.text, 500))
      if (told.kind !== 'step') return
      log.info(`${told.done}/${told.of} ${plainLine(told.text, 500)}`)
      const share = (100 * told.done) / told.of
      progress.report({ message: plainLine(told.text, 120), increment: share - shown })
      shown = share
    }
    const end = await lab.run(['setup-torch', '--json', ...args], { cwd: context.globalStorageUri.fsPath, onLine, signal: stop.signal })
    return { ...end, cancelled: token.isCancellationRequested }
  })
  if (cancelled) return false
  if (code !== 0 || !made) throw new Error(labWords({ errors }, 'PyTorch could not be set up.'))
  const gpus = (made.devices ?? []).filter(({ kind }) => kind !== 'cpu').map(({ name }) => plainLine(name, 60))
  void vscode.window.showInformationMessage(`PyTorch ${plainLine(made.packages?.['torch'] ?? '', 40)} is set up; it computes on ${gpus.length > 0 ? gpus.join(', ') : 'the CPU'}.`)
  return true
}
