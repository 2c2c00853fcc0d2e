import * as vscode from 'vscode'
import { createAttempts } from '../attempts/attempts.ts'
import type { Views } from '../contracts/views.ts'
import type { Restored } from '../restoring.ts'
import { guardChecks } from './checkGuard.ts'
import { createDashboards } from './dashboardPanel.ts'
import { createInspectors } from './inspectorPanel.ts'
import { createLabellers } from './labellerPanel.ts'
import { createPlaygrounds } from './playgroundPanel.ts'
import { followRolloutLink, linkTo } from './rolloutLinks.ts'
import type { ViewsContext } from './viewsContext.ts'

/** The webviews and documents of the extension, with what brings them back after a reload and what opens links to them. */
export function createViews(context: ViewsContext): Views & Pick<Restored, 'panel' | 'documentText' | 'attemptText' | 'followLink'> & vscode.Disposable {
  const { traces, comments } = context
  const views: Views = {
    openDashboard: (runs) => dashboards.open(runs),
    openInspector: (what) => inspectors.open(what),
    openStarting: async (run, begun) => {
      await dashboards.open([run], begun)
      await inspectors.open({ runs: [run], follow: context.settings.current.follow }, begun)
      // Whoever starts the run says what went wrong.
      begun.catch(() => [dashboards, inspectors].forEach((each) => each.close([run])))
    },
    openLabeller: (what) => labellers.open(what),
    openPlayground: (checkpoint) => playgrounds.open(checkpoint),
    openDocument: async (rollout, label) => {
      const editor = await traces.open(rollout)
      if (label !== undefined) comments.reveal(editor, label)
    },
    openDiff: traces.openDiff,
    linkTo: (rollout) => linkTo(context.extension.extension.id, vscode.env.uriScheme, rollout)
  }
  const { trainers, queries, log, extension: { globalState: memento } } = context
  const guard = guardChecks({ trainers, queries, memento, log: (line) => log.info(line) })
  const dashboards = createDashboards(context, views, guard)
  const attempts = createAttempts(context)
  const inspectors = createInspectors(context, views, attempts)
  const labellers = createLabellers(context, views)
  const playgrounds = createPlaygrounds(context)
  const families = { dashboard: dashboards, inspector: inspectors, labeller: labellers, playground: playgrounds }
  return {
    ...views,
    panel: (page, panel, kept) => families[page].restore(panel, kept),
    documentText: traces.textOf,
    attemptText: attempts.textOf,
    followLink: (uri) => followRolloutLink(context, views, uri),
    dispose: () => [guard, ...Object.values(families)].forEach((each) => each.dispose())
  }
}
