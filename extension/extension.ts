import * as vscode from 'vscode'
import { COMMAND_NAMES } from './commands/commandNames.ts'
import type { CommandName } from './commands/commandNames.ts'
import type { Composition } from './compose.ts'

/**
 * Registers the commands and nothing else: everything behind them is loaded when the first is given, or right after the start of
 * the window, so that a trainer that outlived the last window is found again.
 */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Rollout Lab', { log: true })
  let composed: Promise<Composition> | undefined
  let made: Composition | undefined
  const composition = (): Promise<Composition> => (composed ??= load(context, log).then(
    (loaded) => (made = loaded),
    (error: unknown) => {
      // The next command tries again, and says so if it fails.
      composed = undefined
      throw error
    }
  ))
  const register = (name: CommandName): vscode.Disposable =>
    vscode.commands.registerCommand(`rolloutLab.${name}`, async (...given: unknown[]) => (await composition()).give(name, given))
  context.subscriptions.push(log, ...COMMAND_NAMES.map(register), { dispose: () => made?.dispose() })
  // After activation has returned, so that it costs the window's start nothing.
  setImmediate(() => void composition().catch((error: unknown) => log.error(error instanceof Error ? error : String(error))))
}

async function load(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<Composition> {
  const { compose } = await import('./compose.ts')
  return compose(context, log)
}
