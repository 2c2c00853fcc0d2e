import * as vscode from 'vscode'
import type { RolloutFilter, RunCard } from '../../trainer/protocol/queries.ts'
import type { InspectorNotices, InspectorRequests, InspectorStart } from '../../webviews/protocol/inspector.ts'
import { visibleLine } from '../../webviews/protocol/visibleText.ts'
import type { Views } from '../contracts/views.ts'
import { panelFamily } from './panelHost.ts'
import type { Panel, PanelHandlers, RestorePanel } from './panelHost.ts'
import { gatherPartials } from './partialTexts.ts'
import { cardsOf } from './runCards.ts'
import type { ViewsContext } from './viewsContext.ts'

type OpenWhat = Parameters<Views['openInspector']>[0]

/** What an inspector is of; one panel for each. */
interface InspectorIdentity {
  readonly runs: readonly string[]
}

export interface Inspectors extends vscode.Disposable {
  open(what: OpenWhat, begun?: Promise<unknown>): Promise<void>
  close(runs: readonly string[]): void
  readonly restore: RestorePanel
}

/** Trace inspectors: one per set of runs. */
export function createInspectors(context: ViewsContext, views: Pick<Views, 'openDocument' | 'openDiff' | 'linkTo'>): Inspectors {
  // What a panel made by `open` is to show first; a panel that comes back after a reload shows what its page saved.
  const first = new Map<string, OpenWhat>()
  const family = panelFamily<InspectorRequests, InspectorNotices, InspectorIdentity>(context, {
    type: 'rolloutLab.inspector',
    page: 'inspector',
    title: ({ runs }, name) => (runs.length === 1 ? `Rollouts: ${visibleLine(name, 40)}` : `Rollouts of ${runs.length} runs`),
    key: keyOf,
    restore: restoreIdentity,
    runs: ({ runs }) => runs,
    handlers: (panel, identity) => {
      panel.own(gatherPartials(context.trainers, identity.runs, (notice) => panel.notify('partial', notice)))
      return handlersOf(context, views, panel, identity, () => {
        const what = first.get(keyOf(identity))
        first.delete(keyOf(identity))
        return what
      })
    }
  })
  return {
    close: (runs) => family.close({ runs }),
    open: (what, begun) => {
      const identity = { runs: what.runs }
      if (!family.has(identity)) first.set(keyOf(identity), what)
      if (begun === undefined) warmUp(context, what.runs)
      const { panel, created } = family.open(identity, begun)
      if (!created) panel.notify('show', { ...(what.filter && { filter: what.filter }), ...(what.rollout && { rollout: what.rollout }) })
      return Promise.resolve()
    },
    restore: family.restore,
    dispose: () => family.dispose()
  }
}

/** The query process reads the runs while the page is being loaded; any question about their rollouts makes it do so. */
function warmUp({ queries, log }: ViewsContext, runs: readonly string[]): void {
  queries.ask('problems/history', { runs: [...runs], problemId: '', offset: 0, limit: 1 }).catch((error: unknown) => log.info(`inspector: ${String(error)}`))
}

const keyOf = ({ runs }: InspectorIdentity) => [...runs].sort().join('\n')

function handlersOf(
  context: ViewsContext,
  views: Pick<Views, 'openDocument' | 'openDiff' | 'linkTo'>,
  panel: Panel<InspectorNotices>,
  identity: InspectorIdentity,
  takeFirst: () => OpenWhat | undefined
): PanelHandlers<InspectorRequests> {
  const { queries, settings } = context
  return {
    ready: async () => start(await cardsOf(queries, identity.runs), settings.current.follow, takeFirst(), panel.saved),
    openDocument: async (place) => (await views.openDocument(place), null),
    openDiff: async ({ left, right }) => (await views.openDiff(left, right), null),
    copyLink: async (place) => {
      await vscode.env.clipboard.writeText(views.linkTo(place))
      return null
    },
    copyText: async ({ text }) => {
      await vscode.env.clipboard.writeText(text)
      return null
    },
    knownRuns: async (_, token) => (await queries.ask('runs/list', { folders: [...settings.current.runsFolders] }, token as vscode.CancellationToken)).runs
  }
}

const LIVE: ReadonlySet<RunCard['status']> = new Set(['running', 'paused'])

function start(runs: readonly RunCard[], follow: boolean, what: OpenWhat | undefined, saved: unknown): InspectorStart {
  const filter: RolloutFilter = what?.filter ?? {}
  const live = runs.some((card) => LIVE.has(card.status))
  return { runs, filter, follow: what?.follow ?? (follow && live && !what?.rollout), saved, ...(what?.rollout && { rollout: what.rollout }) }
}

function restoreIdentity(kept: unknown): InspectorIdentity | undefined {
  if (typeof kept !== 'object' || kept === null || !('runs' in kept) || !Array.isArray(kept.runs)) return undefined
  const runs: unknown[] = kept.runs
  return runs.length > 0 && runs.length <= 20 && runs.every((run) => typeof run === 'string') ? { runs } : undefined
}
