import type { RolloutFilter, RolloutSort } from '../../trainer/protocol/rolloutViews.ts'
import type { RolloutPlace } from '../protocol/inspector.ts'
import type { GroupPlace } from './detail/detailReading.ts'
import type { DetailTab } from './detail/rolloutDetail.ts'
import type { ListBy } from './inspectorModel.ts'
import type { KeptReading } from './trace/traceView.ts'
import type { ColourMode } from './trace/tokenColours.ts'

/** What comes back after the view was hidden or the window reloaded. */
export interface SavedState {
  readonly version: 1
  readonly filter: RolloutFilter
  readonly sort: RolloutSort
  readonly by: ListBy
  readonly follow: boolean
  readonly place: RolloutPlace | undefined
  readonly groupPlace?: GroupPlace | undefined
  /** The rollout that the next one is to be compared with. */
  readonly marked?: RolloutPlace | undefined
  readonly tab: DetailTab
  readonly mode: ColourMode
  readonly rich: boolean
  readonly top: number
  readonly filtersOpen: boolean
  /** Absent where no rollout was read. */
  readonly reading?: KeptReading | undefined
  /** Text in the field that is no filter yet. */
  readonly typed?: string | undefined
  /** Text that is searched for in the list: its places are found anew. */
  readonly finding?: string | undefined
}

/** The page wrote this itself; another version of the page may have. */
export function readSaved(saved: unknown): SavedState | undefined {
  return typeof saved === 'object' && saved !== null && 'version' in saved && saved.version === 1 ? (saved as SavedState) : undefined
}
