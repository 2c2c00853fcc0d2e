import type { Label } from '../../trainer/protocol/label.ts'
import type { PartialText } from '../../trainer/protocol/control.ts'
import type { RolloutFilter, RunCard } from '../../trainer/protocol/queries.ts'
import type { CommonNotices, CommonRequests } from './connection.ts'

/** Names one rollout: the directory of its run and its id there. */
export interface RolloutPlace {
  readonly run: string
  readonly id: string
}

export interface InspectorStart {
  readonly runs: readonly RunCard[]
  readonly filter: RolloutFilter
  readonly rollout?: RolloutPlace
  readonly follow: boolean
  readonly saved: unknown
}

export interface InspectorRequests extends CommonRequests {
  readonly ready: { readonly params: Record<string, never>; readonly result: InspectorStart }
  readonly openDocument: { readonly params: RolloutPlace; readonly result: null }
  readonly openDiff: { readonly params: { readonly left: RolloutPlace; readonly right: RolloutPlace }; readonly result: null }
  readonly copyLink: { readonly params: RolloutPlace; readonly result: null }
  readonly copyText: { readonly params: { readonly text: string }; readonly result: null }
  /** What was said of a rollout: the same threads as in the editor. */
  readonly labels: { readonly params: RolloutPlace; readonly result: readonly Label[] }
  /** The rollout as a document, at this label's place, where it can be answered, edited and resolved. */
  readonly openLabel: { readonly params: RolloutPlace & { readonly label: string }; readonly result: null }
  /** The labeller view, at this rollout. */
  readonly labelRollout: { readonly params: RolloutPlace; readonly result: null }
  /** All runs that a problem's history may be drawn from. */
  readonly knownRuns: { readonly params: Record<string, never>; readonly result: readonly RunCard[] }
}

export interface InspectorNotices extends CommonNotices {
  /** Show this (a link was opened, a point picked on a chart). */
  readonly show: { readonly filter?: RolloutFilter; readonly rollout?: RolloutPlace }
  readonly labelsChanged: { readonly run: string; readonly rollouts: readonly string[] }
  /** Completions while they are sampled; several a notice, at most ten notices a second. */
  readonly partial: { readonly run: string; readonly partials: readonly PartialText[] }
}
