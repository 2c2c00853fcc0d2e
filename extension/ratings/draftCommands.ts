import * as vscode from 'vscode'
import type { Label, Opinion } from '../../trainer/protocol/label.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import type { Trace } from '../traces/traces.ts'
import { decisionOn, draftsOfStep, takingOver } from './drafts.ts'
import { pointedAt } from './pointedAt.ts'

/** Decides on every open draft of the step that a lens or the cursor points at. */
export const draftsCommand = (decision: 'accepted' | 'rejected'): CommandHandler => async (shell, given) => {
  const pointed = pointedAt(shell, given)
  const drafts = pointed?.step === undefined ? [] : draftsOfStep(pointed.trace.labels, pointed.judged.segment, pointed.step)
  if (!pointed || drafts.length === 0) return void vscode.window.setStatusBarMessage('No draft waits on this step.', 4000)
  if (decision === 'rejected') await shell.traces.say(pointed.trace, drafts.map((draft) => decisionOn(draft, decision)))
  else await takeOver(shell, pointed.trace, pointed.judged.segment, drafts.map((draft) => ({ draft, opinion: draft.opinion })))
}

/** The opinions become the labeler's own, which say whose drafts they were, and the drafts say what became of them. */
export async function takeOver(shell: Pick<Shell, 'traces'>, trace: Trace, segment: number, drafts: readonly { readonly draft: Label; readonly opinion: Opinion }[]): Promise<void> {
  const judged = { rollout: trace.rollout, labels: trace.labels, labeler: trace.labeler, segment }
  await shell.traces.say(trace, drafts.flatMap(({ draft, opinion }) => takingOver(judged, draft, opinion)))
}
