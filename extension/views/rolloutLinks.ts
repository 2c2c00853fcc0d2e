import * as vscode from 'vscode'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'
import type { Views } from '../contracts/views.ts'
import { isKnownRun } from './knownRuns.ts'
import { linkQueryOf, placeOf } from '../traces/rolloutUri.ts'
import type { ViewsContext } from './viewsContext.ts'

const LINK_PATH = '/rollout'

/** `vscode://rollout-lab.rollout-lab/rollout?run=…&id=…` */
export function linkTo(extensionId: string, scheme: string, rollout: RolloutPlace): string {
  return `${scheme}://${extensionId}${LINK_PATH}?${linkQueryOf(rollout)}`
}

/** Opens the rollout that a link names, if its run is in this window's runs folder. A link does nothing else, ever. */
export async function followRolloutLink(context: ViewsContext, views: Pick<Views, 'openInspector'>, uri: vscode.Uri): Promise<void> {
  const place = uri.path === LINK_PATH ? placeOf(uri.query) : undefined
  if (place && isKnownRun(place.run, context.settings.current.runsFolders)) return views.openInspector({ runs: [place.run], rollout: place })
  // Nothing of the link is repeated: its text is anybody's.
  void vscode.window.showWarningMessage('This link names no rollout of a run in the runs folders of this window. Open the folder that holds the run, then follow the link again.')
}
