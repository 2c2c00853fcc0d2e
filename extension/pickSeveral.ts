import * as vscode from 'vscode'
import { pickWords } from './pickWords.ts'
import type { PickLimits } from './pickWords.ts'

/** Runs out of a list. The list names the limits, and comes again, as it was chosen, until they are kept. Undefined where people gave up. */
export async function pickSeveral<T extends vscode.QuickPickItem>(items: readonly T[], title: string, limits: PickLimits): Promise<readonly T[] | undefined> {
  for (let shown = items; ;) {
    const count = shown.filter(({ picked }) => picked).length
    const chosen = await vscode.window.showQuickPick(shown, { title, canPickMany: true, matchOnDescription: true, placeHolder: pickWords(count, limits) })
    if (!chosen || chosen.length === 0) return undefined
    if (chosen.length >= limits.least && chosen.length <= limits.most) return chosen
    shown = shown.map((item) => ({ ...item, picked: chosen.includes(item) }))
  }
}
