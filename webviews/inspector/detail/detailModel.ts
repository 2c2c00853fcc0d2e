import type { RolloutPlace } from '../../protocol/inspector.ts'
import type { SavedState } from '../savedState.ts'
import type { ColourMode } from '../trace/tokenColours.ts'
import type { KeptReading } from '../trace/traceView.ts'
import type { GroupPlace } from './detailReading.ts'
import type { DetailTab } from './rolloutDetail.ts'
import { isSamePlace } from './samePlace.ts'

/** What is open beside the list, and how it is shown. The page is told by `onChange` of what it should draw and keep. */
export class DetailModel {
  place: RolloutPlace | undefined
  groupPlace: GroupPlace | undefined
  tab: DetailTab = 'rollout'
  mode: ColourMode = 'none'
  rich = false
  /** Where in the rollout a search hit lies; −1 = nowhere. */
  at = -1
  /** In a narrow page: whether this, not the list, is shown. */
  inFront = false
  /** The rollout that another one is to be compared with. */
  marked: RolloutPlace | undefined
  /** Folds and cursor of the rollout that is read. */
  kept: KeptReading | undefined
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get isOpen(): boolean {
    return this.place !== undefined || this.groupPlace !== undefined
  }

  get saved(): Pick<SavedState, 'place' | 'groupPlace' | 'marked' | 'tab' | 'mode' | 'rich' | 'reading'> {
    const { place, groupPlace, marked, tab, mode, rich, kept } = this
    return { place, groupPlace, marked, tab, mode, rich, reading: kept }
  }

  /** How the page begins: nothing is new that would have to be kept. */
  begin({ place, groupPlace, reading, ...display }: Partial<DetailModel['saved']>): void {
    Object.assign(this, display, { place, groupPlace, kept: reading })
    this.inFront = this.isOpen
  }

  openRollout(place: RolloutPlace, tab: DetailTab = this.tab === 'history' ? 'rollout' : this.tab, at = -1): void {
    this.#change({ place, groupPlace: undefined, tab, at, inFront: true })
  }

  openGroup(groupPlace: GroupPlace): void {
    this.#change({ place: undefined, groupPlace, tab: 'group', inFront: true })
  }

  /** Back to the list, which a narrow page shows alone. */
  back(narrow: boolean): void {
    this.#change(narrow && this.inFront ? { inFront: false } : { place: undefined, groupPlace: undefined })
  }

  setTab(tab: DetailTab): void {
    this.#change({ tab })
  }

  display(display: { readonly mode?: ColourMode; readonly rich?: boolean }): void {
    this.#change(display)
  }

  /** First the one, then the other: answers both where two are to be compared; undefined where nothing is open. */
  mark(): 'marked' | 'unmarked' | { readonly left: RolloutPlace; readonly right: RolloutPlace } | undefined {
    const { place, marked } = this
    if (!place) return undefined
    this.#change({ marked: marked ? undefined : place })
    if (!marked) return 'marked'
    return isSamePlace(marked, place) ? 'unmarked' : { left: marked, right: place }
  }

  #change(change: Partial<DetailModel>): void {
    Object.assign(this, change)
    this.#onChange()
  }
}
