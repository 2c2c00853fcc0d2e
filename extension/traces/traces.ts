import * as vscode from 'vscode'
import type { Label, LabelRecord } from '../../trainer/protocol/label.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'
import type { Labels } from '../contracts/labels.ts'
import type { Queries } from '../contracts/queries.ts'
import type { SettingsSource } from '../contracts/settings.ts'
import { isKnownRun } from '../views/knownRuns.ts'
import { newRecord } from './newRecord.ts'
import type { Saying } from './newRecord.ts'
import { watchOccasions } from './occasions.ts'
import type { Projection } from './projection.ts'
import { fileNameOf, placeOf, plainName, queryOf, ROLLOUT_SCHEME } from './rolloutUri.ts'
import { projectRollout } from './traceText.ts'

/** A rollout that is open as a text document, and what was said of it. */
export interface Trace {
  readonly uri: vscode.Uri
  readonly place: RolloutPlace
  readonly rollout: Rollout
  readonly projection: Projection
  /** Oldest first; empty until they were read. */
  readonly labels: readonly Label[]
  /** Who labels in this window; empty until that is known. */
  readonly labeler: string
}

/** Read-only text documents of rollouts, with their labels; VS Code's own diff editor on two of them. */
export interface Traces extends vscode.Disposable {
  open(rollout: RolloutPlace): Promise<vscode.TextEditor>
  openDiff(left: RolloutPlace, right: RolloutPlace): Promise<void>
  /** Address of a rollout's document. */
  uriOf(rollout: RolloutPlace): vscode.Uri
  /** Text of the document with this address. */
  textOf(uri: vscode.Uri): Promise<string>
  /** The trace that a document shows; undefined where its text says why it shows none. */
  of(uri: vscode.Uri): Trace | undefined
  readonly all: readonly Trace[]
  /** The same of a rollout that is not open, read anew; undefined where it cannot be read. */
  peek(rollout: RolloutPlace): Promise<Trace | undefined>
  /** Writes what is said of a trace; resolves when it is on the disk and the trace has it. */
  say(trace: Trace, sayings: readonly Saying[]): Promise<readonly LabelRecord[]>
  /** The queue shows this trace to measure the labeler, or for itself. */
  asked(rollout: RolloutPlace, qualityControl: boolean): void
  /** A trace was opened or what was said of it changed. */
  readonly onDidChange: vscode.Event<Trace>
}

interface TracesContext {
  readonly queries: Pick<Queries, 'ask'>
  readonly settings: SettingsSource
  readonly labels: Pick<Labels, 'labeler' | 'of' | 'append' | 'onDidChange'>
  readonly log: vscode.LogOutputChannel
}

export function createTraces(context: TracesContext): Traces {
  const { labels, settings } = context
  // Runs outside the runs folders are read only after a view of this window showed them.
  const shown = new Set<string>()
  const traces = new Map<string, Trace>()
  const occasions = watchOccasions()
  const changed = new vscode.EventEmitter<Trace>()
  const uriOf = (place: RolloutPlace): vscode.Uri => {
    shown.add(place.run)
    return vscode.Uri.from({ scheme: ROLLOUT_SCHEME, path: `/${fileNameOf(place.id)}`, query: queryOf(place) })
  }
  const readLabels = async (key: string): Promise<void> => {
    const trace = traces.get(key)
    if (!trace) return
    const read = await labelsOf(context, trace.place)
    const now = traces.get(key)
    if (!now || !read) return
    const after = { ...now, ...read }
    traces.set(key, after)
    changed.fire(after)
  }
  const listening: vscode.Disposable[] = [
    labels.onDidChange(({ run, rollouts }) => {
      for (const [key, { place }] of traces) if (place.run === run && (rollouts.length === 0 || rollouts.includes(place.id))) void readLabels(key)
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => void traces.delete(uri.toString()))
  ]
  const textOf = async (uri: vscode.Uri): Promise<string> => {
    const place = placeOf(uri.query)
    if (place === undefined || !(shown.has(place.run) || isKnownRun(place.run, settings.current.runsFolders))) return 'This address names no rollout of a run that this window knows.\n'
    const read = await readTrace(context, place)
    if (typeof read === 'string') return read
    const key = uri.toString()
    const trace = { uri, place, ...read, labels: traces.get(key)?.labels ?? [], labeler: traces.get(key)?.labeler ?? '' }
    traces.set(key, trace)
    changed.fire(trace)
    void readLabels(key)
    return read.projection.text
  }
  /** A document that was open before the extension was: its text is not asked for again. */
  const adopt = async (document: vscode.TextDocument): Promise<void> => {
    const key = document.uri.toString()
    if (document.uri.scheme !== ROLLOUT_SCHEME || traces.has(key)) return
    const text = await textOf(document.uri)
    if (text !== document.getText()) traces.delete(key)
  }
  listening.push(vscode.workspace.onDidOpenTextDocument((document) => void adopt(document)))
  vscode.workspace.textDocuments.forEach((document) => void adopt(document))
  return {
    uriOf,
    open: async (place) => {
      const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uriOf(place)), { preview: true })
      await readLabels(editor.document.uri.toString())
      return editor
    },
    openDiff: async (left, right) => {
      const title = `${plainName(left.id)} ↔ ${plainName(right.id)}`
      await vscode.commands.executeCommand('vscode.diff', uriOf(left), uriOf(right), title, { preview: true } satisfies vscode.TextDocumentShowOptions)
    },
    textOf,
    of: (uri) => traces.get(uri.toString()),
    get all() {
      return [...traces.values()]
    },
    peek: async (place) => {
      const read = await readTrace(context, place)
      const said = typeof read === 'string' ? undefined : await labelsOf(context, place)
      return typeof read === 'string' || !said ? undefined : { uri: uriOf(place), place, ...read, ...said }
    },
    asked: (place, qualityControl) => occasions.asked(uriOf(place), qualityControl),
    say: async ({ place, uri, rollout }, sayings) => {
      const occasion = occasions.of(uri)
      const written = await labels.append(place.run, sayings.map((saying) => newRecord(rollout, saying, occasion)))
      await readLabels(uri.toString())
      return written
    },
    onDidChange: changed.event,
    dispose: () => [...listening, occasions, changed].forEach((each) => each.dispose())
  }
}

/** The trace; where it cannot be read, a text that says why. */
async function readTrace({ queries }: TracesContext, place: RolloutPlace): Promise<Pick<Trace, 'rollout' | 'projection'> | string> {
  try {
    const [rollout, details] = await Promise.all([queries.ask('rollouts/one', place), queries.ask('runs/details', { run: place.run })])
    if (!rollout) return 'This rollout is not in the run any more. The run may have been cut or replaced.\n'
    return { rollout, projection: projectRollout(rollout, details.card.name) }
  } catch (error) {
    return `This rollout cannot be read: ${error instanceof Error ? error.message : String(error)}\n`
  }
}

/** What was said of a rollout; undefined where it cannot be read. */
async function labelsOf({ labels, log }: TracesContext, place: RolloutPlace): Promise<Pick<Trace, 'labels' | 'labeler'> | undefined> {
  try {
    const [labeler, said] = await Promise.all([labels.labeler(), labels.of(place)])
    return { labeler, labels: said }
  } catch (error) {
    log.error(`Labels of ${place.id} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
