import * as vscode from 'vscode'
import type { CheckpointCard } from '../../trainer/protocol/runViews.ts'
import { pickSeveral } from '../pickSeveral.ts'
import type { PickLimits } from '../pickWords.ts'
import { plainLine } from '../plainText.ts'
import { STANDINGS, nameOf, runDescription } from '../runs/runWords.ts'
import { isReadable } from '../runs/shownRun.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import type { Shell } from '../shell.ts'
import { isTreeNode } from '../tree/treeNodes.ts'
import { givenRun, givenRuns, GONE } from './givenRuns.ts'

export interface RunQuestion {
  readonly title: string
  readonly fits: (run: ShownRun) => boolean
  /** Said where no run fits: what to do instead. */
  readonly none: string
  /** Ask even where only one fits. */
  readonly always?: boolean
}

/** The run that the command was called on, or the only one that fits, or the one that people choose. Undefined = none, and people know why. */
export async function chooseRun(shell: Shell, given: readonly unknown[], { title, fits, none, always = false }: RunQuestion): Promise<ShownRun | undefined> {
  const handed = await givenRun(shell.runs, given)
  if (handed === 'gone') return refuse(GONE)
  if (handed) return fits(handed) ? handed : refuse(none)
  await reloadIfEmpty(shell)
  const fitting = shell.runs.runs.filter(fits)
  if (fitting.length === 0) return refuse(none)
  if (fitting.length === 1 && !always) return fitting[0]
  return (await vscode.window.showQuickPick(fitting.map(runItem), { title, matchOnDescription: true, placeHolder: 'Which run' }))?.run
}

/** A run with rollouts to label, or with labels. */
export const chooseRunToLabel = (shell: Shell, given: readonly unknown[], title: string): Promise<ShownRun | undefined> =>
  chooseRun(shell, given, { title, fits: isReadable, none: 'There is no run here yet whose rollouts could be labelled.' })

/** Several runs; those that the command was called on where they are as many as it takes. */
export async function chooseRuns(shell: Shell, given: readonly unknown[], { title, fits, none }: RunQuestion, { least, most = Infinity }: Pick<PickLimits, 'least'> & Partial<PickLimits>): Promise<readonly ShownRun[] | undefined> {
  const all = await givenRuns(shell.runs, given)
  if (all === 'gone') return refuse(GONE)
  const handed = all.filter(fits)
  if (handed.length >= least && handed.length <= most) return handed
  await reloadIfEmpty(shell)
  const fitting = shell.runs.runs.filter(fits)
  if (fitting.length < least) return refuse(none)
  const items = fitting.map((run) => ({ ...runItem(run), picked: handed.includes(run) }))
  return (await pickSeveral(items, title, { least, most }))?.map(({ run }) => run)
}

/** A checkpoint that was handed over, or one that people choose. */
export async function chooseCheckpoint(shell: Shell, given: readonly unknown[], title: string): Promise<{ run: ShownRun; checkpoint: CheckpointCard } | undefined> {
  const [node] = given
  if (isTreeNode(node) && node.kind === 'checkpoint') return { run: node.run, checkpoint: node.checkpoint }
  const run = await chooseRun(shell, given, {
    title, fits: ({ card }) => card.checkpoints > 0, none: 'No run has a checkpoint yet. A run saves one every few steps (checkpoint.every) and when it stops.'
  })
  if (!run) return undefined
  const checkpoints = [...(await shell.queries.ask('runs/checkpoints', { run: run.card.directory }))].reverse()
  if (checkpoints.length === 0) return refuse(`${nameOf(run)} has no whole checkpoint. It saves one every few steps and when it stops.`)
  const items = checkpoints.map((checkpoint) => ({ label: plainLine(checkpoint.label, 80), description: checkpoint.record ? `step ${checkpoint.record.step}` : '', checkpoint }))
  const chosen = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title: `${title}: ${nameOf(run)}`, placeHolder: 'Which checkpoint' })
  return chosen && { run, checkpoint: chosen.checkpoint }
}

async function reloadIfEmpty({ runs }: Shell): Promise<void> {
  if (runs.runs.length === 0) await runs.reload()
}

function refuse(why: string): undefined {
  void vscode.window.showInformationMessage(why)
  return undefined
}

const runItem = (run: ShownRun): vscode.QuickPickItem & { run: ShownRun } =>
  ({ label: `$(${STANDINGS[run.standing].icon.replace('~spin', '')}) ${nameOf(run)}`, description: runDescription(run), run })
