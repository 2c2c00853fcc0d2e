import { actionsOf, isReadable } from '../runs/shownRun.ts'
import type { ShownRun } from '../runs/shownRun.ts'

/** What the menus of a run's row are chosen by: the `viewItem` of the when clauses in package.json. */
export function runContext(run: ShownRun): string {
  const kept = isReadable(run) ? ['readable', run.card.pinned ? 'pinned' : 'unpinned'] : []
  return ['run', ...actionsOf(run).map((action) => `can-${action}`), ...kept].join(' ')
}
