import type { PartialText } from '../../trainer/protocol/control.ts'
import type { RolloutFilter, RunCard } from '../../trainer/protocol/queries.ts'
import type { CommonNotices, CommonRequests } from './connection.ts'

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
  /** All runs that a problem's history may be drawn from. */
  readonly knownRuns: { readonly params: Record<string, never>; readonly result: readonly RunCard[] }
}

export interface InspectorNotices extends CommonNotices {
  /** Show this (a link was opened, a point picked on a chart). */
  readonly show: { readonly filter?: RolloutFilter; readonly rollout?: RolloutPlace }
  /** Completions while they are sampled; several a notice, at most ten notices a second. */
  readonly partial: { readonly run: string; readonly partials: readonly PartialText[] }
}
