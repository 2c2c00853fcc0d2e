import type { RunEvent } from '../../trainer/protocol/events.ts'
import type { RolloutFilter } from '../../trainer/protocol/rolloutViews.ts'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { CommonNotices, CommonRequests } from './connection.ts'

/** A metric's meaning, for hovers. */
export interface MetricMeaning {
  readonly title: string
  readonly definition: string
  readonly unit: string
  readonly denominator: string
}

/** Whether a run is paused when one of its checks turns bad, and why it was. */
export interface GuardStatus {
  readonly run: string
  readonly on: boolean
  /** Absent unless it is paused for this. */
  readonly paused?: { readonly step: number; readonly checks: readonly { readonly title: string; readonly evidence: string }[] }
}

export interface DashboardStart {
  readonly runs: readonly RunCard[]
  /** Runs that were asked for beyond those that a dashboard shows at most. */
  readonly leftOut: number
  readonly guards: readonly GuardStatus[]
  /** By metric name or family (`reward/part/*`). */
  readonly definitions: Readonly<Record<string, MetricMeaning>>
  readonly saved: unknown
}

export type SteeringAction = 'pause' | 'continue' | 'stop' | 'stopNow' | 'resume' | 'takeSteering' | 'endHung'

export interface LiveStatus {
  readonly run: string
  readonly connection: 'attached' | 'attaching' | 'hung' | 'mismatch' | 'lost' | 'ended' | 'none'
  readonly explanation?: string
  readonly steering: boolean
  readonly actions: readonly SteeringAction[]
}

export interface DashboardRequests extends CommonRequests {
  readonly ready: { readonly params: Record<string, never>; readonly result: DashboardStart }
  readonly steer: { readonly params: { readonly run: string; readonly action: SteeringAction }; readonly result: null }
  /** Pause the run when a check turns bad, from now on or no longer. */
  readonly guard: { readonly params: { readonly run: string; readonly on: boolean }; readonly result: null }
  readonly openRollouts: { readonly params: { readonly runs: readonly string[]; readonly filter: RolloutFilter }; readonly result: null }
  /** Asks the user where and writes it. `data`: text, or base64 of a PNG. */
  readonly export: { readonly params: { readonly name: string; readonly kind: 'png' | 'csv'; readonly data: string }; readonly result: { readonly saved: boolean } }
  readonly addRun: { readonly params: Record<string, never>; readonly result: null }
}

export interface DashboardNotices extends CommonNotices {
  readonly live: LiveStatus
  readonly guard: GuardStatus
  readonly event: { readonly run: string; readonly event: RunEvent }
  readonly runs: { readonly runs: readonly RunCard[] }
}
