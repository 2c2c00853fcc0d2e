import * as vscode from 'vscode'
import type { Label, LabelRecord } from '../../trainer/protocol/label.ts'
import { meantBy } from '../traces/positions.ts'
import type { RawSpan, StepPlace } from '../traces/projection.ts'
import { linesRange } from '../traces/ranges.ts'
import { ROLLOUT_SCHEME } from '../traces/rolloutUri.ts'
import type { Trace } from '../traces/traces.ts'
import { vscodeRange } from '../traces/vscodeRange.ts'
import { critiqued } from './critiqued.ts'
import { followRuns } from './runThreads.ts'
import { TraceThreads } from './threads.ts'

/** VS Code's comments on traces: critiques and notes as threads. */
export interface Comments extends vscode.Disposable {
  /** The trace a thread stands on, with its threads. */
  on(thread: vscode.CommentThread): { readonly trace: Trace; readonly threads: TraceThreads } | undefined
  /** The thread that shows a label, and the newest version of it. */
  find(label: Pick<Label, 'firstId'>): { readonly trace: Trace; readonly thread: vscode.CommentThread; readonly label: Label } | undefined
  /** Opens a thread to write in, on this step or on what is selected in the editor. */
  begin(editor: vscode.TextEditor, step?: Pick<StepPlace, 'segment' | 'step'>): Promise<void>
  /** What a thread that was just begun is about; undefined = the trace as a whole. */
  meant(trace: Trace, thread: vscode.CommentThread): RawSpan | undefined
  /** What stood in a thread that was begun is this label now: its own thread is shown, and the keys of the trace work again. */
  written(trace: Trace, thread: vscode.CommentThread, label: LabelRecord): Promise<void>
  /** Shows the thread of a label in the editor of its trace. */
  reveal(editor: vscode.TextEditor, label: string): void
}

type CommentsParts = Parameters<typeof followRuns>[0]

export const COMMENT_CONTROLLER = 'rollout-lab.labels'

export function createComments(parts: CommentsParts): Comments {
  const { traces } = parts
  let controller: vscode.CommentController | undefined
  const threadsOf = new Map<string, TraceThreads>()
  let begun: { readonly uri: string; readonly range: vscode.Range; readonly span: RawSpan | undefined } | undefined
  const threads = ({ uri }: Trace): TraceThreads => {
    // A window that opens no trace need not have VS Code's comments loaded.
    controller ??= createController(traces)
    const known = threadsOf.get(uri.toString()) ?? new TraceThreads(controller)
    threadsOf.set(uri.toString(), known)
    return known
  }
  const show = (trace: Trace): void => threads(trace).show(trace)
  traces.all.forEach(show)
  const listening = [
    traces.onDidChange(show),
    followRuns(parts, show)
  ]
  return {
    on: ({ uri }) => {
      const trace = traces.of(uri)
      return trace && { trace, threads: threads(trace) }
    },
    find: ({ firstId }) => {
      for (const trace of traces.all) {
        for (const root of trace.labels) {
          const label = [root, ...root.replies].find((each) => each.firstId === firstId)
          const thread = label && threads(trace).threadOf(root)
          if (thread) return { trace, thread, label }
        }
      }
      return undefined
    },
    begin: async (editor, step) => {
      const { document: { uri }, selection } = editor
      const trace = traces.of(uri)
      if (!trace) return
      const { span, range: shown } = critiqued(trace.projection, selection, step)
      const range = vscodeRange(shown)
      // People see what they are about to critique.
      editor.selection = new vscode.Selection(range.start, range.end)
      begun = { uri: uri.toString(), range, span }
      await threads(trace).without(trace, range.start.line, range.end.line, () => vscode.commands.executeCommand('workbench.action.addComment'))
    },
    meant: (trace, { range }) => {
      if (!range) return undefined
      if (begun?.uri === trace.uri.toString() && begun.range.isEqual(range)) return begun.span
      const lines = vscodeRange(linesRange(trace.projection, range.start.line, range.end.line))
      return range.start.character > 0 || range.end.character > 0 ? meantBy(trace.projection, range.start, range.end) : meantBy(trace.projection, range.start, range.isEmpty ? range.end : lines.end)
    },
    written: async (trace, thread, { id }) => {
      // The Comments panel does not list threads that VS Code began: one of ours takes its place.
      thread.dispose()
      const shown = threads(trace).threadOf({ firstId: id })
      if (shown) shown.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded
      await vscode.window.showTextDocument(trace.uri, { preserveFocus: false })
    },
    reveal: (editor, id) => {
      const trace = traces.of(editor.document.uri)
      const label = trace?.labels.find((each) => each.id === id || each.firstId === id || each.replies.some((reply) => reply.id === id))
      const thread = trace && label && threads(trace).threadOf(label)
      if (!thread?.range) return
      thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded
      editor.selection = new vscode.Selection(thread.range.start, thread.range.start)
      editor.revealRange(thread.range, vscode.TextEditorRevealType.InCenterIfOutsideViewport)
    },
    dispose: () => [...listening, ...threadsOf.values(), controller].forEach((each) => each?.dispose())
  }
}

function createController(traces: CommentsParts['traces']): vscode.CommentController {
  const controller = vscode.comments.createCommentController(COMMENT_CONTROLLER, 'Rollout Lab')
  controller.options = { prompt: 'Reply…', placeHolder: 'What is wrong here, and why?' }
  controller.commentingRangeProvider = { provideCommentingRanges: ({ uri }) => commentingRanges(traces.of(uri)) }
  return controller
}

/** Every line, and the file as a whole: what shows no completion stands for the trace. */
function commentingRanges(trace: Trace | undefined): vscode.CommentingRanges | undefined {
  if (trace?.uri.scheme !== ROLLOUT_SCHEME) return undefined
  return { enableFileComments: true, ranges: [vscodeRange(linesRange(trace.projection, 0, Infinity))] }
}
