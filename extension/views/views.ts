import * as vscode from 'vscode'
import type { Views } from '../contracts/views.ts'
import { createDashboards } from './dashboardPanel.ts'
import { createInspectors } from './inspectorPanel.ts'
import { createPlaygrounds } from './playgroundPanel.ts'
import { rolloutDocuments } from './rolloutDocuments.ts'
import { handleRolloutLinks, linkTo } from './rolloutLinks.ts'
import type { ViewsContext } from './viewsContext.ts'

/** The webviews and documents of the extension, with what brings them back after a reload and what opens links to them. */
export function createViews(context: ViewsContext): Views & vscode.Disposable {
  const documents = rolloutDocuments(context)
  const views: Views = {
    openDashboard: (runs) => dashboards.open(runs),
    openInspector: (what) => inspectors.open(what),
    openPlayground: (checkpoint) => playgrounds.open(checkpoint),
    openDocument: documents.open,
    openDiff: documents.openDiff,
    linkTo: (rollout) => linkTo(context.extension.extension.id, vscode.env.uriScheme, rollout)
  }
  const dashboards = createDashboards(context, views)
  const inspectors = createInspectors(context, views)
  const playgrounds = createPlaygrounds(context)
  const links = handleRolloutLinks(context, views)
  return { ...views, dispose: () => [links, dashboards, inspectors, playgrounds, documents].forEach((each) => each.dispose()) }
}
