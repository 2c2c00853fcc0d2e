import * as vscode from 'vscode'
import type { CancellationToken } from 'vscode-jsonrpc/node'
import { isGoingOn } from '../../trainer/protocol/goingOn.ts'
import type { RolloutFilter } from '../../trainer/protocol/rolloutViews.ts'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { AttemptPlace, InspectorNotices, InspectorRequests, InspectorStart, RolloutPlace, RunAgain } from '../../webviews/protocol/inspector.ts'
import { visibleLine } from '../../webviews/protocol/visibleText.ts'
import { createRewardActions } from '../rewards/rewardActions.ts'
import type { Attempts } from '../attempts/attempts.ts'
import { AttemptError } from '../attempts/attemptError.ts'
import { runAgain } from '../attempts/runAgain.ts'
import type { Views } from '../contracts/views.ts'
import { isKnownRun } from './knownRuns.ts'
import { lastingWork } from './lastingWork.ts'
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
export function createInspectors(context: ViewsContext, views: Pick<Views, 'openDocument' | 'openDiff' | 'openLabeller' | 'linkTo'>, attempts: Attempts): Inspectors {
  // What a panel that `open` brought into sight is to show first; one that comes back by itself shows what its page saved.
  const first = new Map<string, OpenWhat>()
  const family = panelFamily<InspectorRequests, InspectorNotices, RunSet>(context, {
    type: 'rolloutLab.inspector',
    page: 'inspector',
    title: ({ runs }, name) => (runs.length === 1 ? `Rollouts: ${visibleLine(name, 40)}` : `Rollouts of ${runs.length} runs`),
    key: runSetKey,
    restore: restoreRunSet,
    lasting: ['runAgain'],
    runs: ({ runs }) => runs,
    handlers: (panel, identity, begun) => {
      panel.own(context.labels.onDidChange((change) => identity.runs.includes(change.run) && panel.notify('labelsChanged', change)))
      panel.own(gatherPartials(context.trainers, identity.runs, (notice) => panel.notify('partial', notice)))
      const gather = takeFirstAhead(begun, () => gatherCards(context, identity.runs))
      return handlersOf(context, views, attempts, panel, identity, gather, () => {
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
      const panel = family.open(identity, begun)
      if (panel.listens) panel.notify('show', { ...(what.filter && { filter: what.filter }), ...(what.rollout && { rollout: what.rollout }) })
      else first.set(runSetKey(identity), what)
      return Promise.resolve()
    },
    restore: family.restore,
    dispose: () => family.dispose()
  }
}

/** The query process reads the runs while the page is being loaded; any question about their rollouts makes it do so. */
function warmUp({ queries, log }: ViewsContext, runs: readonly string[]): void {
  for (const run of runs) queries.ask('rollouts/one', { run, id: '' }).catch((error: unknown) => log.info(`inspector: ${String(error)}`))
}

/** A list can be asked for what was said of its rollouts as soon as the page is there. */
async function gatherCards({ queries, labels }: ViewsContext, runs: readonly string[]): Promise<RunCard[]> {
  const [cards] = await Promise.all([cardsOf(queries, runs), Promise.allSettled(runs.map((run) => labels.follow(run)))])
  return cards
}

/** What a page asks for first, asked for while it is being loaded; a page that is loaded anew has it asked anew. */
function takeFirstAhead<T>(begun: Promise<unknown>, ask: () => Promise<T>): () => Promise<T> {
  let ahead: Promise<T> | undefined = begun.then(ask)
  // Whoever takes it hears of its failure.
  ahead.catch(() => undefined)
  return () => {
    const first = ahead ?? ask()
    ahead = undefined
    return first
  }
}

function handlersOf(
  context: ViewsContext,
  views: Pick<Views, 'openDocument' | 'openDiff' | 'openLabeller' | 'linkTo'>,
  attempts: Attempts,
  panel: Panel<InspectorNotices>,
  identity: RunSet,
  gather: () => Promise<RunCard[]>,
  takeFirst: () => OpenWhat | undefined
): PanelHandlers<InspectorRequests> {
  const { queries, settings } = context
  const rewards = createRewardActions(context)
  const again = secondExecutions(context)
  panel.own(again)
  return {
    ready: async () => start(await gather(), settings.current.follow, takeFirst(), panel.saved),
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
    openAttempt: async ({ file, ...place }) => (await attempts.open(place, file), null),
    diffGold: async (place) => (await attempts.diffGold(place), null),
    openTest: async ({ index, ...place }) => (await attempts.openTest(place, index), null),
    runAgain: (place, token, gone) => {
      if (identity.runs.includes(place.run) || isKnownRun(place.run, settings.current.runsFolders)) return again.run(place, token, gone)
      throw new AttemptError('This run is none of this view.', 'Open the run from the Rollout Lab view.')
    },
    pendingRunAgain: (place) => Promise.resolve(again.pendingTurn(place)),
    linkedParts: (place) => rewards.linked(place),
    openPart: async ({ part, ...place }) => (await rewards.open(place, part), null),
    debugPart: async ({ part, ...place }) => (await rewards.debug(place, part), null),
    knownRuns: async (_, token) => (await queries.ask('runs/list', { folders: [...settings.current.runsFolders] }, token as vscode.CancellationToken)).runs
  }
}

/** Attempts run again, one at a time. */
function secondExecutions(context: ViewsContext) {
  const executing = lastingWork<RunAgain>()
  const prefix = ({ run, id }: RolloutPlace): string => `${run}\n${id}\n`
  return {
    run: (place: AttemptPlace, token: CancellationToken, gone: CancellationToken) =>
      executing.run(prefix(place) + place.turn, (signal) => runAgain(context, place, signal), token, gone),
    pendingTurn: (place: RolloutPlace): number | null => (executing.pending?.startsWith(prefix(place)) === true ? Number(executing.pending.slice(prefix(place).length)) : null),
    dispose: () => executing.dispose()
  }
}

function start(runs: readonly RunCard[], follow: boolean, what: OpenWhat | undefined, saved: unknown): InspectorStart {
  const filter: RolloutFilter = what?.filter ?? {}
  const live = runs.some(({ status }) => isGoingOn(status))
  return { runs, filter, follow: what?.follow ?? (follow && live && !what?.rollout), saved, ...(what?.rollout && { rollout: what.rollout }) }
}
