import type { RolloutFilter } from '../../trainer/protocol/rolloutViews.ts'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'

/** Opens the webviews and documents of the extension. */
export interface Views {
  /** One dashboard per set of runs; several runs are overlaid. */
  openDashboard(runs: readonly string[]): Promise<void>
  openInspector(what: { readonly runs: readonly string[]; readonly filter?: RolloutFilter; readonly rollout?: RolloutPlace; readonly follow?: boolean }): Promise<void>
  /**
   * Dashboard behind, inspector in front, of a run that is just being started: their pages load meanwhile and read the run once
   * it has begun. Closed again where it does not begin.
   */
  openStarting(run: string, begun: Promise<unknown>): Promise<void>
  /** One labeller per run; at this rollout where one is given. */
  openLabeller(what: { readonly run: string; readonly rollout?: string }): Promise<void>
  openPlayground(checkpoint: { readonly directory: string; readonly label: string }): Promise<void>
  /** A read-only text document of one rollout (`rollout:` scheme), at the place of the label with this id where one is given. */
  openDocument(rollout: RolloutPlace, label?: string): Promise<void>
  /** VS Code's own diff editor on two rollouts. */
  openDiff(left: RolloutPlace, right: RolloutPlace): Promise<void>
  /** `vscode://rollout-lab.rollout-lab/rollout?…` that opens this rollout. */
  linkTo(rollout: RolloutPlace): string
}
