import type { Label } from '../../trainer/protocol/label.ts'
import type { PartialText } from '../../trainer/protocol/control.ts'
import type { TestVerdict } from '../../trainer/protocol/execution.ts'
import type { ExecutionCard, RolloutFilter, TestRow } from '../../trainer/protocol/rolloutViews.ts'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { CommonNotices, CommonRequests } from './connection.ts'

/** Names one rollout: the directory of its run and its id there. */
export interface RolloutPlace {
  readonly run: string
  readonly id: string
}

/** One program of a rollout: that of this turn, from 1. */
export interface AttemptPlace extends RolloutPlace {
  readonly turn: number
}

/** A recorded program executed once more: nothing of it is recorded. */
export interface RunAgain {
  readonly card: ExecutionCard
  /** In the order of the tests, at most PAGE_ROWS. */
  readonly tests: readonly TestRow[]
  /** Tests with another verdict than the recorded one, by their position in the new execution; the first hundred of them. */
  readonly changed: readonly { readonly index: number; readonly name: string; readonly before: TestVerdict | null | 'absent'; readonly after: TestVerdict | null }[]
  readonly changedCount: number
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
  /** Files of an attempt as read-only documents; all of them, or the one at this position. */
  readonly openAttempt: { readonly params: AttemptPlace & { readonly file?: number }; readonly result: null }
  /** The attempt beside the problem's own solution. */
  readonly diffGold: { readonly params: AttemptPlace; readonly result: null }
  /** A test with all its texts as a document. */
  readonly openTest: { readonly params: AttemptPlace & { readonly index: number }; readonly result: null }
  /** Executes the attempt in the sandbox; cancelling ends it. It goes on while the page is hidden, and is joined where it is asked for again. */
  readonly runAgain: { readonly params: AttemptPlace; readonly result: RunAgain }
  /** The turn of the rollout that is run again, or was, and whose outcome no page has had. */
  readonly pendingRunAgain: { readonly params: RolloutPlace; readonly result: number | null }
  /** Positions of the reward parts that files of the workspace gave. */
  readonly linkedParts: { readonly params: RolloutPlace; readonly result: readonly number[] }
  /** The line of such a part in its file. */
  readonly openPart: { readonly params: RolloutPlace & { readonly part: number }; readonly result: null }
  /** Runs it on this rollout under a debugger. */
  readonly debugPart: { readonly params: RolloutPlace & { readonly part: number }; readonly result: null }
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
