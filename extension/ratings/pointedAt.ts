import * as vscode from 'vscode'
import type { Shell } from '../shell.ts'
import { segmentOn, stepOn } from '../traces/positions.ts'
import type { Trace } from '../traces/traces.ts'
import type { Judged } from './sayings.ts'

/** What a lens hands over: the address of its trace, and what it stands above. */
export interface LensArgument {
  readonly trace: string
  readonly segment: number
  readonly step?: number
}

/** What a lens or the cursor points at. */
export interface Pointed {
  readonly trace: Trace
  readonly judged: Judged
  readonly step?: number
}

/** The trace that people are in; while they write a comment, the one it stands in. */
export function activeTrace({ traces }: Pick<Shell, 'traces'>): Trace | undefined {
  const { activeTextEditor: active, visibleTextEditors: visible } = vscode.window
  const editors = active && active.document.uri.scheme !== 'comment' ? [active] : visible
  return editors.flatMap(({ document: { uri } }) => traces.of(uri) ?? [])[0]
}

export function pointedAt(shell: Shell, given: unknown): Pointed | undefined {
  if (isLensArgument(given)) {
    const trace = shell.traces.of(vscode.Uri.parse(given.trace, true))
    return trace && { trace, judged: judgedOf(trace, given.segment), ...(given.step === undefined ? {} : { step: given.step }) }
  }
  const trace = activeTrace(shell)
  if (!trace) return undefined
  const line = vscode.window.activeTextEditor?.selection.active.line ?? 0
  const step = stepOn(trace.projection, line)
  return { trace, judged: judgedOf(trace, step?.segment ?? segmentOn(trace.projection, line)), ...(step ? { step: step.step } : {}) }
}

const judgedOf = ({ rollout, labels, labeler }: Trace, segment: number): Judged => ({ rollout, labels, labeler, segment })

export const isLensArgument = (given: unknown): given is LensArgument =>
  typeof given === 'object' && given !== null && 'trace' in given && typeof given.trace === 'string' && 'segment' in given && typeof given.segment === 'number'
