import * as vscode from 'vscode'
import { COMMAND_NAMES } from './commands/commandNames.ts'
import type { CommandName } from './commands/commandNames.ts'
import type { Composition } from './compose.ts'
import { registerRestoring } from './restoring.ts'

/**
 * Registers the commands and what a restored window asks for, and nothing else: everything behind them is loaded when the first
 * is needed, or right after the start of the window, so that a trainer that outlived the last window is found again.
 */
export function activate(context: vscode.ExtensionContext): void {
  let log: vscode.LogOutputChannel | undefined
  const theLog = (): vscode.LogOutputChannel => (log ??= vscode.window.createOutputChannel('Rollout Lab', { log: true }))
  let composed: Promise<Composition> | undefined
  let made: Composition | undefined
  const composition = (): Promise<Composition> => (composed ??= load(context, theLog).then(
    (loaded) => (made = loaded),
    (error: unknown) => {
      // The next command tries again, and says so if it fails.
      composed = undefined
      throw error
    }
  ))
  const register = (name: CommandName): vscode.Disposable =>
    vscode.commands.registerCommand(`rolloutLab.${name}`, async (...given: unknown[]) => (await composition()).give(name, given))
  const end = { dispose: () => [made, log].forEach((each) => each?.dispose()) }
  context.subscriptions.push(...COMMAND_NAMES.map(register), ...registerRestoring(async () => (await composition()).restored), end)
  // After activation has returned, so that it costs the window's start nothing.
  setImmediate(() => void composition().catch((error: unknown) => theLog().error(error instanceof Error ? error : String(error))))
}

async function load(context: vscode.ExtensionContext, log: () => vscode.LogOutputChannel): Promise<Composition> {
  const { compose } = await import('./compose.ts')
  return compose(context, log())
}
