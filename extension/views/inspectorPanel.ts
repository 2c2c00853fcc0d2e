import * as vscode from 'vscode'
import type { RolloutFilter, RunCard } from '../../trainer/protocol/queries.ts'
import type { InspectorNotices, InspectorRequests, InspectorStart } from '../../webviews/protocol/inspector.ts'
import { visibleLine } from '../../webviews/protocol/visibleText.ts'
import type { Views } from '../contracts/views.ts'
import { panelFamily } from './panelHost.ts'
import type { Panel, PanelHandlers, RestorePanel } from './panelHost.ts'
import { gatherPartials } from './partialTexts.ts'
import { cardsOf } from './runCards.ts'
import { restoreRunSet, runSetKey } from './runSet.ts'
import type { RunSet } from './runSet.ts'
import type { ViewsContext } from './viewsContext.ts'

type OpenWhat = Parameters<Views['openInspector']>[0]

export interface Inspectors extends vscode.Disposable {
  open(what: OpenWhat, begun?: Promise<unknown>): Promise<void>
  close(runs: readonly string[]): void
  readonly restore: RestorePanel
}

/** Trace inspectors: one per set of runs. */
export function createInspectors(context: ViewsContext, views: Pick<Views, 'openDocument' | 'openDiff' | 'openLabeller' | 'linkTo'>): Inspectors {
  // What a panel that `open` brought into sight is to show first; one that comes back by itself shows what its page saved.
  const first = new Map<string, OpenWhat>()
  const family = panelFamily<InspectorRequests, InspectorNotices, RunSet>(context, {
    type: 'rolloutLab.inspector',
    page: 'inspector',
    title: ({ runs }, name) => (runs.length === 1 ? `Rollouts: ${visibleLine(name, 40)}` : `Rollouts of ${runs.length} runs`),
    key: runSetKey,
    restore: restoreRunSet,
    runs: ({ runs }) => runs,
    handlers: (panel, identity) => {
      panel.own(context.labels.onDidChange((change) => identity.runs.includes(change.run) && panel.notify('labelsChanged', change)))
      panel.own(gatherPartials(context.trainers, identity.runs, (notice) => panel.notify('partial', notice)))
      return handlersOf(context, views, panel, identity, () => {
        const what = first.get(runSetKey(identity))
        first.delete(runSetKey(identity))
        return what
      })
    }
  })
  return {
    close: (runs) => family.close({ runs }),
    open: (what, begun) => {
      const identity = { runs: what.runs }
      if (begun === undefined) warmUp(context, what.runs)
      const { panel, loaded } = family.open(identity, begun)
      if (loaded) panel.notify('show', { ...(what.filter && { filter: what.filter }), ...(what.rollout && { rollout: what.rollout }) })
      else first.set(runSetKey(identity), what)
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

function handlersOf(
  context: ViewsContext,
  views: Pick<Views, 'openDocument' | 'openDiff' | 'openLabeller' | 'linkTo'>,
  panel: Panel<InspectorNotices>,
  identity: RunSet,
  takeFirst: () => OpenWhat | undefined
): PanelHandlers<InspectorRequests> {
  const { queries, settings } = context
  return {
    ready: async () => {
      // A list can be asked for what was said of its rollouts as soon as the page is there.
      const [cards] = await Promise.all([cardsOf(queries, identity.runs), Promise.allSettled(identity.runs.map((run) => context.labels.follow(run)))])
      return start(cards, settings.current.follow, takeFirst(), panel.saved)
    },
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
    labels: (place) => context.labels.of(place),
    openLabel: async ({ run, id, label }) => (await views.openDocument({ run, id }, label), null),
    labelRollout: async ({ run, id }) => (await views.openLabeller({ run, rollout: id }), null),
    knownRuns: async (_, token) => (await queries.ask('runs/list', { folders: [...settings.current.runsFolders] }, token as vscode.CancellationToken)).runs
  }
}

const LIVE: ReadonlySet<RunCard['status']> = new Set(['running', 'paused'])

function start(runs: readonly RunCard[], follow: boolean, what: OpenWhat | undefined, saved: unknown): InspectorStart {
  const filter: RolloutFilter = what?.filter ?? {}
  const live = runs.some((card) => LIVE.has(card.status))
  return { runs, filter, follow: what?.follow ?? (follow && live && !what?.rollout), saved, ...(what?.rollout && { rollout: what.rollout }) }
}
