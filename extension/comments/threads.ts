import * as vscode from 'vscode'
import type { Label } from '../../trainer/protocol/label.ts'
import { vscodeRange } from '../traces/vscodeRange.ts'
import type { Trace } from '../traces/traces.ts'
import { authorOf, commentContext, headingOf, isDiscussed, remarkOf, shownText, textOf, threadContext } from './threadTexts.ts'
import { threadRange } from './threadPlace.ts'

/** A comment and the label that it shows. VS Code hands these back as they were given. */
export interface LabelComment extends vscode.Comment {
  of: Label
}

export const isLabelComment = (given: unknown): given is LabelComment => typeof given === 'object' && given !== null && 'of' in given && typeof given.of === 'object' && 'body' in given

/** The threads of a trace, kept equal to its labels. */
export class TraceThreads {
  private readonly controller: vscode.CommentController
  /** By the first id of the label that begins the thread. */
  private readonly threads = new Map<string, vscode.CommentThread>()
  /** What each thread shows: one that shows it already is left alone. */
  private readonly saidOf = new WeakMap<vscode.CommentThread, string>()

  constructor(controller: vscode.CommentController) {
    this.controller = controller
  }

  /** The label that begins a thread; undefined for a thread that is being begun. */
  labelOf(trace: Trace, thread: vscode.CommentThread): Label | undefined {
    const id = [...this.threads].find(([, each]) => each === thread)?.[0]
    return trace.labels.find(({ firstId }) => firstId === id)
  }

  threadOf(label: Pick<Label, 'firstId'>): vscode.CommentThread | undefined {
    return this.threads.get(label.firstId)
  }

  show(trace: Trace): void {
    const discussed = trace.labels.filter(isDiscussed)
    for (const label of discussed) this.showOne(trace, label)
    this.keepOnly(new Set(discussed.map(({ firstId }) => firstId)))
  }

  /** Takes the threads that end on these lines away and puts them back: where one stands, VS Code begins no other. */
  async without(trace: Trace, first: number, last: number, meanwhile: () => Thenable<unknown>): Promise<void> {
    const inTheWay = [...this.threads].filter(([, { range }]) => range !== undefined && range.end.line >= first && range.end.line <= last)
    for (const [id, thread] of inTheWay) {
      thread.dispose()
      this.threads.delete(id)
    }
    await meanwhile()
    if (inTheWay.length > 0) this.show(trace)
  }

  dispose(): void {
    this.keepOnly(new Set())
  }

  private showOne(trace: Trace, label: Label): void {
    const range = vscodeRange(threadRange(trace.projection, label))
    const known = this.threads.get(label.firstId)
    // What is being written must not be taken away.
    if (known?.comments.some(({ mode }) => mode === vscode.CommentMode.Editing)) return
    const said = JSON.stringify([label, trace.labeler])
    if (known && this.saidOf.get(known) === said) return
    const comments = [label, ...label.replies].map((each) => commentOf(each, trace.labeler))
    const thread = known ?? this.controller.createCommentThread(trace.uri, range, comments)
    if (known) {
      if (!known.range?.isEqual(range)) known.range = range
      known.comments = comments
    } else {
      this.threads.set(label.firstId, thread)
      thread.collapsibleState = vscode.CommentThreadCollapsibleState.Collapsed
    }
    this.saidOf.set(thread, said)
    thread.label = headingOf(label)
    thread.contextValue = threadContext(label)
    thread.canReply = !label.draft
    thread.state = label.resolved ? vscode.CommentThreadState.Resolved : vscode.CommentThreadState.Unresolved
  }

  private keepOnly(kept: ReadonlySet<string>): void {
    for (const [id, thread] of this.threads) {
      if (kept.has(id)) continue
      thread.dispose()
      this.threads.delete(id)
    }
  }
}

function commentOf(label: Label, labeler: string): LabelComment {
  const remark = remarkOf(label)
  return {
    of: label, body: shownText(label), mode: vscode.CommentMode.Preview, author: { name: authorOf(label) }, contextValue: commentContext(label, labeler),
    timestamp: new Date(label.editedAt ?? label.createdAt), ...(remark === '' ? {} : { label: remark })
  }
}

/** Turns a comment into a field to write in, or back. In the field stands the label's text as it is, nothing taken out. */
export function setMode(thread: vscode.CommentThread, label: Label, mode: vscode.CommentMode): void {
  thread.comments = thread.comments.map((comment) => {
    if (!isLabelComment(comment) || comment.of.id !== label.id) return comment
    return { ...comment, mode, body: mode === vscode.CommentMode.Editing ? textOf(label) : shownText(label) }
  })
}
