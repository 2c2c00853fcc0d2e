import * as vscode from 'vscode'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { Reports } from '../reports/reports.ts'
import { confirmText } from './confirmText.ts'
import type { Sending } from './suggester.ts'

const SEND = 'Send'
const READ = 'Read Prompt First'

/** Asks once for the whole batch. A prompt that a dialog has no room for is opened as a document before. */
export async function confirmSending(title: string, sends: Sending, rollouts: readonly Rollout[], show: Reports['show']): Promise<boolean> {
  const { message, detail, document } = confirmText(title, sends, rollouts)
  if (document !== undefined) await show(`Prompt for ${title}`, document, { beside: true, keepFocus: true })
  const answer = await vscode.window.showWarningMessage(message, { modal: true, detail }, SEND, ...(document === undefined ? [] : [READ]))
  if (answer !== READ) return answer === SEND
  // A dialog would bar the document that it asks about.
  return (await vscode.window.showWarningMessage(`${message} The document shows one prompt, word for word.`, SEND, 'Do Not Send')) === SEND
}
