import * as vscode from 'vscode'
import type { RunEvent } from '../../trainer/protocol/events.ts'
import { RUNS_MOST } from '../../trainer/protocol/queries.ts'
import type { DashboardNotices, DashboardRequests } from '../../webviews/protocol/dashboard.ts'
import { visibleLine } from '../../webviews/protocol/visibleText.ts'
import type { Views } from '../contracts/views.ts'
import { pickSeveral } from '../pickSeveral.ts'
import { plainLine } from '../plainText.ts'
import type { CheckGuard } from './checkGuard.ts'
import { saveExport } from './exports.ts'
import { followLiveStatus, STEERING_ACTIONS } from './liveStatus.ts'
import type { LiveStatuses } from './liveStatus.ts'
import { panelFamily } from './panelHost.ts'
import type { Panel, PanelHandlers, RestorePanel } from './panelHost.ts'
import { cardsOf } from './runCards.ts'
import { restoreRunSet, runSetKey, runSetOf } from './runSet.ts'
import type { RunSet } from './runSet.ts'
import type { ViewsContext } from './viewsContext.ts'

export interface Dashboards extends vscode.Disposable {
  open(runs: readonly string[], begun?: Promise<unknown>): Promise<void>
  close(runs: readonly string[]): void
  readonly restore: RestorePanel
}

/** Run dashboards: curves, checks and steering of a run, or of several side by side. */
export function createDashboards(context: ViewsContext, views: Pick<Views, 'openInspector'>, guard: CheckGuard): Dashboards {
  const family = panelFamily<DashboardRequests, DashboardNotices, RunSet>(context, {
    type: 'rolloutLab.dashboard',
    page: 'dashboard',
    title: ({ runs }, name) => (runs.length === 1 ? `Dashboard: ${visibleLine(name, 40)}` : `Dashboard of ${runs.length} runs`),
    key: runSetKey,
    restore: restoreRunSet,
    runs: ({ runs }) => runs,
    handlers: (panel, { runs, leftOut = 0 }) => {
      const statuses = followLiveStatus(context, runs, (status) => panel.notify('live', status))
      panel.own(statuses, forwardEvents(context, runs, panel), guard.onDidChange((status) => runs.includes(status.run) && panel.notify('guard', status)))
      return handlersOf(context, { ...views, openDashboard: open, guard }, { runs, leftOut }, statuses, panel)
    }
  })
  const open = (runs: readonly string[], begun?: Promise<unknown>) => {
    family.open(runSetOf(runs), begun)
    return Promise.resolve()
  }
  return { open, close: (runs) => family.close({ runs }), restore: family.restore, dispose: () => family.dispose() }
}

function handlersOf(
  context: ViewsContext, views: Pick<Views, 'openInspector' | 'openDashboard'> & { readonly guard: CheckGuard }, { runs: own, leftOut }: Required<RunSet>, statuses: LiveStatuses, panel: Panel<DashboardNotices>
): PanelHandlers<DashboardRequests> {
  const { queries } = context
  return {
    ready: async () => {
      const [runs, definitions] = await Promise.all([cardsOf(queries, own), queries.ask('metrics/definitions', {})])
      statuses.tell(runs)
      return { runs, leftOut, definitions, guards: own.map(views.guard.status), saved: panel.saved }
    },
    steer: async ({ run, action }) => {
      // The command asks where it must, and says what went wrong.
      if (own.includes(run) && STEERING_ACTIONS.includes(action)) await vscode.commands.executeCommand(`rolloutLab.${action}`, run)
      return null
    },
    guard: async ({ run, on }) => {
      if (own.includes(run)) await views.guard.set(run, on === true)
      return null
    },
    openRollouts: async ({ runs, filter }) => {
      const known = runs.filter((run) => own.includes(run))
      if (known.length > 0) await views.openInspector({ runs: known, filter })
      return null
    },
    export: async ({ name, kind, data }) => ({ saved: await saveExport(String(name), kind, String(data)) }),
    addRun: async () => {
      const added = await chooseOther(context, own)
      if (added.length > 0) await views.openDashboard([...own, ...added])
      return null
    }
  }
}

/** Events that the page shows at once; their place in the record comes with the next reading. */
const SHOWN_EVENTS: ReadonlySet<RunEvent['type']> = new Set(['stepFinished', 'evaluation', 'warning'])

function forwardEvents({ trainers }: ViewsContext, runs: readonly string[], panel: Panel<DashboardNotices>): vscode.Disposable {
  return trainers.onEvent(({ directory, event }) => {
    if (!runs.includes(directory) || !SHOWN_EVENTS.has(event.type)) return
    // Metrics come from the record: nothing is sent twice.
    panel.notify('event', { run: directory, event: event.type === 'stepFinished' ? { ...event, metrics: {} } : event })
  })
}

async function chooseOther({ queries, settings }: ViewsContext, own: readonly string[]): Promise<readonly string[]> {
  const { runs } = await queries.ask('runs/list', { folders: [...settings.current.runsFolders] })
  const others = runs.filter((card) => !own.includes(card.directory))
  if (others.length === 0) {
    void vscode.window.showInformationMessage('There is no other run to compare with. Run on Several Seeds… makes several of one run file.')
    return []
  }
  const room = RUNS_MOST - own.length
  if (room === 0) {
    void vscode.window.showInformationMessage(`This dashboard compares ${RUNS_MOST} runs already, the most that one can show. Compare Runs opens another one.`)
    return []
  }
  const items = others.map((card) => ({ label: plainLine(card.name, 80), description: `${plainLine(card.runId, 60)} · seed ${card.seed}`, directory: card.directory }))
  const chosen = await pickSeveral(items, 'Compare With', { least: 1, most: room })
  return (chosen ?? []).map((item) => item.directory)
}
