import { basename, dirname } from 'node:path'
import * as vscode from 'vscode'
import type { CancellationToken } from 'vscode-jsonrpc/node'
import type { PlaygroundNotices, PlaygroundRequests, SampleRequest } from '../../webviews/protocol/playground.ts'
import { visibleLine } from '../../webviews/protocol/visibleText.ts'
import type { Views } from '../contracts/views.ts'
import { labWords } from '../trainers/labError.ts'
import { engineOf, runOf } from './checkpointRun.ts'
import { gatherCompletions } from './completions.ts'
import { isKnownRun } from './knownRuns.ts'
import { panelFamily } from './panelHost.ts'
import type { Panel, RestorePanel } from './panelHost.ts'
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
    handlers: (panel, checkpoint) => ({
      ready: async () => ({ label: checkpoint.label, model: basename(runOf(checkpoint.directory)), saved: panel.saved ?? (await asInRun(context, checkpoint)) }),
      sample: (request, token) => sample(context, panel, checkpoint.directory, request, token)
    })
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
  { lab, queries, settings }: ViewsContext, panel: Panel<PlaygroundNotices>, directory: string, request: SampleRequest, token: CancellationToken
): Promise<{ readonly seconds: number }> {
  if (!vscode.workspace.isTrusted) throw new PlaygroundError('Sampling runs a model, and this workspace is in Restricted Mode.', 'Trust the workspace to sample from it.')
  checkSample(request)
  const stop = new AbortController()
  const cancelling = token.onCancellationRequested(() => stop.abort())
  panel.own({ dispose: () => stop.abort() })
  const completions = gatherCompletions((completion) => panel.notify('completion', completion))
  const began = Date.now()
  try {
    const { engine, threads } = settings.current
    const args = sampleArguments(directory, request, { engine: await engineOf(queries, directory, engine), threads })
    const { code, errors } = await lab.run(args, { cwd: dirname(directory), onLine: completions.take, signal: stop.signal })
    if (code !== 0 && !stop.signal.aborted) throw new PlaygroundError(labWords({ errors }, `Sampling ended with code ${code}.`), 'Check Setup says whether the engine works here.')
    return { seconds: (Date.now() - began) / 1000 }
  } finally {
    completions.flush()
    cancelling.dispose()
  }
}

/** Only checkpoints of known runs come back after a reload: what was kept is not to be trusted. */
function restoreIdentity({ settings }: ViewsContext, kept: unknown): PlaygroundIdentity | undefined {
  if (typeof kept !== 'object' || kept === null || !('directory' in kept) || !('label' in kept)) return undefined
  const { directory, label } = kept
  if (typeof directory !== 'string' || typeof label !== 'string') return undefined
  return isKnownRun(runOf(directory), settings.current.runsFolders) ? { directory, label } : undefined
}
