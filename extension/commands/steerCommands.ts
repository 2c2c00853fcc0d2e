import * as vscode from 'vscode'
import { nameOf } from '../runs/runWords.ts'
import { can } from '../runs/shownRun.ts'
import type { RunAction } from '../runs/shownRun.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { resumeRun } from '../starting/resumeRun.ts'
import { mayExecute } from '../starting/trust.ts'
import { chooseRun } from './chooseRun.ts'

type Steering = Exclude<RunAction, 'delete' | 'useCheckpoint'>

/** Titles, and what to do where no run can be steered so. */
const WORDS: Readonly<Record<Steering, { readonly title: string; readonly none: string }>> = {
  pause: { title: 'Pause', none: 'No run is training in this window. Start one with Start Run…, or take over steering where another window holds it.' },
  continue: { title: 'Continue', none: 'No run is paused. Runs that were stopped go on with Resume.' },
  stop: { title: 'Stop', none: 'No run is training in this window, so there is nothing to stop.' },
  stopNow: { title: 'Stop Now', none: 'No run is training in this window, so there is nothing to stop.' },
  resume: { title: 'Resume', none: 'No run can go on: those that stopped, failed or were interrupted can. Finished runs go on by Fork from Checkpoint….' },
  takeSteering: { title: 'Take Over Steering', none: 'No run is steered by another window.' },
  endHung: { title: 'End Hung Trainer', none: 'Every trainer answers.' }
}

/** Both wait for a place where no work is lost. */
const AT_SAFE_POINT = { pause: '$(debug-pause) Pausing at the end of the step…', stop: '$(debug-stop) Stopping at the end of the step…' } as const

export function steerCommand(action: Steering): CommandHandler {
  return async (shell, ...given) => {
    if (!(await mayExecute(WORDS[action].title))) return
    const run = await chooseRun(shell, given, { ...WORDS[action], fits: (each) => can(each, action) })
    if (run && (await confirmed(action, nameOf(run)))) await steer(shell, action, run.card.directory)
  }
}

async function steer(shell: Shell, action: Steering, directory: string): Promise<void> {
  if (action === 'resume') return resumeRun(shell, directory)
  await shell.trainers[action](directory)
  if (action === 'pause' || action === 'stop') vscode.window.setStatusBarMessage(AT_SAFE_POINT[action], 6000)
}

/** Ending a process by force is asked for; the others lose nothing. */
async function confirmed(action: Steering, name: string): Promise<boolean> {
  if (action !== 'endHung') return true
  const end = 'End It'
  const detail = 'Nothing recorded is lost. The step in hand is done again when the run is resumed.'
  return (await vscode.window.showWarningMessage(`End the trainer of ${name}, which does not answer?`, { modal: true, detail }, end)) === end
}
