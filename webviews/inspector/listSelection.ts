import type { RolloutPlace } from '../protocol/inspector.ts'
import type { DetailModel } from './detail/detailModel.ts'
import type { GroupPlace } from './detail/detailReading.ts'
import type { DetailTab } from './detail/rolloutDetail.ts'
import { isSamePlace } from './detail/samePlace.ts'
import { isGroupRow } from './inspectorModel.ts'
import type { InspectorModel, ListRow } from './inspectorModel.ts'

/** What of the list is asked here. */
export interface SelectableList extends Pick<InspectorModel, 'info' | 'positionOf'> {
  readonly pages: { row(position: number): ListRow | undefined }
}

export interface SelectionParts {
  /** Undefined until the page knows what to show. */
  readonly list: () => SelectableList | undefined
  readonly detail: DetailModel
  /** Moves the list so that this row can be seen. */
  readonly reveal: (position: number) => void
  readonly onChange: () => void
}

/** A row was to be opened before its page was there. */
interface AwaitedRow {
  readonly tab: DetailTab | undefined
  /** What was open then. */
  readonly beside: RolloutPlace | GroupPlace | undefined
}

/** The row of the list that is selected; it is opened beside the list and found again where rows moved. */
export class ListSelection {
  readonly #parts: SelectionParts
  #position = -1
  /** View and generation that the position is of. */
  #generation = ''
  /** The row that is selected is opened once its page is there. */
  #awaited: AwaitedRow | undefined

  constructor(parts: SelectionParts) {
    this.#parts = parts
  }

  /** −1 = none. */
  get position(): number {
    return this.#position
  }

  /** Another list is asked for. */
  clear(): void {
    this.#select(-1)
  }

  /** Opens the row beside the list; where its page is not there yet, as soon as it is, unless people go on meanwhile. */
  open(position: number, tab?: DetailTab): void {
    this.#select(position)
    this.#awaited = { tab, beside: this.#beside }
    this.#openAwaited()
  }

  openSelected(tab?: DetailTab): void {
    if (this.#position >= 0) this.open(this.#position, tab)
  }

  /** Whatever waits for its page is no longer wanted. */
  giveUp(): void {
    this.#awaited = undefined
  }

  /** Moving along the list reads along, where there is room for both and something is being read. */
  move(position: number, narrow: boolean): void {
    if (!narrow && this.#parts.detail.isOpen) this.open(position)
    else this.#select(position)
  }

  /** Rows came, or moved: the one that was to be opened is, the one that is read is selected where it stands now. */
  listChanged(): void {
    this.#followPlace()
    this.#openAwaited()
  }

  #followPlace(): void {
    const info = this.#parts.list()?.info
    const generation = info ? `${info.view} ${info.generation}` : ''
    if (generation === this.#generation) return
    const first = this.#generation === ''
    this.#generation = generation
    const { place } = this.#parts.detail
    if (!first && place && !this.#waiting) void this.#selectPlace(place)
  }

  /** Selects what is read and moves the list there. */
  async revealPlace(): Promise<void> {
    const { place } = this.#parts.detail
    if (place && (await this.#selectPlace(place)) && this.#position >= 0) this.#parts.reveal(this.#position)
  }

  /** Selects what is read where it stands in the list now; nothing where the list does not have it. False where people have gone on meanwhile. */
  async #selectPlace(place: RolloutPlace): Promise<boolean> {
    const position = await this.#parts.list()?.positionOf(place).catch(() => null)
    if (!isSamePlace(place, this.#parts.detail.place) || this.#waiting) return false
    this.#select(position ?? -1)
    return true
  }

  get #beside(): RolloutPlace | GroupPlace | undefined {
    const { place, groupPlace } = this.#parts.detail
    return place ?? groupPlace
  }

  /** What was opened or closed meanwhile is what people want to see. */
  get #waiting(): AwaitedRow | undefined {
    return this.#awaited?.beside === this.#beside ? this.#awaited : undefined
  }

  #openAwaited(): void {
    const waiting = this.#waiting
    const row = waiting && this.#parts.list()?.pages.row(this.#position)
    if (!row) return
    this.giveUp()
    this.#show(row)
    if (waiting.tab) this.#parts.detail.setTab(waiting.tab)
  }

  #show(row: ListRow): void {
    const { detail } = this.#parts
    if (isGroupRow(row)) detail.openGroup({ run: row.run, group: row.group, attempt: row.attempt })
    else detail.openRollout({ run: row.run, id: row.id })
  }

  #select(position: number): void {
    this.giveUp()
    this.#position = position
    this.#parts.onChange()
  }
}
