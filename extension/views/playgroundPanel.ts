import { basename, dirname } from 'node:path'
import * as vscode from 'vscode'
import type { Completion, PlaygroundNotices, PlaygroundRequests, SampleRequest } from '../../webviews/protocol/playground.ts'
import { visibleLine } from '../../webviews/protocol/visibleText.ts'
import type { Views } from '../contracts/views.ts'
import { labWords } from '../trainers/labError.ts'
import { engineOf, runOf } from './checkpointRun.ts'
import { gatherCompletions } from './completions.ts'
import { isKnownRun } from './knownRuns.ts'
import { lastingWork } from './lastingWork.ts'
import { panelFamily } from './panelHost.ts'
import type { Panel, PanelHandlers, RestorePanel } from './panelHost.ts'
import { checkSample, PlaygroundError, sampleArguments } from './sampleRequest.ts'
import type { ViewsContext } from './viewsContext.ts'

/** A checkpoint to sample from: a Hugging Face folder. */
type PlaygroundIdentity = Parameters<Views['openPlayground']>[0]

export interface Playgrounds extends vscode.Disposable {
  open(checkpoint: PlaygroundIdentity): Promise<void>
  readonly restore: RestorePanel
}

/** Playgrounds: prompt in, completions out, one panel per checkpoint. */
export function createPlaygrounds(context: ViewsContext): Playgrounds {
  const family = panelFamily<PlaygroundRequests, PlaygroundNotices, PlaygroundIdentity>(context, {
    type: 'rolloutLab.playground',
    page: 'playground',
    title: ({ label }) => `Playground: ${visibleLine(label, 40)}`,
    key: ({ directory }) => directory,
    restore: (kept) => restoreIdentity(context, kept),
    runs: () => [],
    lasting: ['sample'],
    handlers: (panel, checkpoint) => handlersOf(context, panel, checkpoint)
  })
  return {
    open: (checkpoint) => {
      family.open(checkpoint)
      return Promise.resolve()
    },
    restore: family.restore,
    dispose: () => family.dispose()
  }
}

function handlersOf(context: ViewsContext, panel: Panel<PlaygroundNotices>, checkpoint: PlaygroundIdentity): PanelHandlers<PlaygroundRequests> {
  const sampling = lastingWork<{ readonly seconds: number }>()
  panel.own(sampling)
  // Of the latest sampling, by index.
  const written = new Map<number, Completion>()
  return {
    ready: async () => {
      const saved = panel.saved ?? (await asInRun(context, checkpoint))
      const { pending } = sampling
      return { label: checkpoint.label, model: basename(runOf(checkpoint.directory)), saved, ...(pending !== undefined && { pending }) }
    },
    sample: (request, token, gone) => {
      const { id } = request
      if (sampling.pending === id) written.forEach((completion) => panel.notify('completion', { sample: id, ...completion }))
      return sampling.run(id, (signal) => {
        written.clear()
        return sample(context, checkpoint.directory, request, signal, (completion) => {
          if (signal.aborted) return
          written.set(completion.index, completion)
          panel.notify('completion', { sample: id, ...completion })
        })
      }, token, gone)
    }
  }
}

/** The parameters that the run itself sampled with, which suit its model; nothing where the run cannot be read. */
async function asInRun({ queries }: ViewsContext, { directory }: PlaygroundIdentity): Promise<unknown> {
  try {
    const { maxTokens, temperature, topP, topK } = (await queries.ask('runs/details', { run: runOf(directory) })).run.sampling
    return { typed: { maxTokens: String(maxTokens), temperature: String(temperature), topP: String(topP), topK: String(topK) } }
  } catch {
    // The page has parameters of its own.
    return null
  }
}

async function sample(
  { lab, queries, settings }: ViewsContext, directory: string, request: SampleRequest, signal: AbortSignal, tell: (completion: Completion) => void
): Promise<{ readonly seconds: number }> {
  if (!vscode.workspace.isTrusted) throw new PlaygroundError('Sampling runs a model, and this workspace is in Restricted Mode.', 'Trust the workspace to sample from it.')
  checkSample(request)
  const completions = gatherCompletions(tell)
  const began = Date.now()
  try {
    const { engine, threads } = settings.current
    const args = sampleArguments(directory, request, { engine: await engineOf(queries, directory, engine), threads })
    const { code, errors } = await lab.run(args, { cwd: dirname(directory), onLine: completions.take, signal })
    if (code !== 0 && !signal.aborted) throw new PlaygroundError(labWords({ errors }, `Sampling ended with code ${code}.`), 'Check Setup says whether the engine works here.')
    return { seconds: (Date.now() - began) / 1000 }
  } finally {
    completions.flush()
  }
}

/** Only checkpoints of known runs come back after a reload: what was kept is not to be trusted. */
function restoreIdentity({ settings }: ViewsContext, kept: unknown): PlaygroundIdentity | undefined {
  if (typeof kept !== 'object' || kept === null || !('directory' in kept) || !('label' in kept)) return undefined
  const { directory, label } = kept
  if (typeof directory !== 'string' || typeof label !== 'string') return undefined
  return isKnownRun(runOf(directory), settings.current.runsFolders) ? { directory, label } : undefined
}
