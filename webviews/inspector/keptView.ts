import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { InspectorStart } from '../protocol/inspector.ts'
import type { DetailModel } from './detail/detailModel.ts'
import { begunSearch } from './inspectorModel.ts'
import type { Connection, InspectorModel } from './inspectorModel.ts'
import type { RolloutList } from './list/rolloutList.ts'
import { readSaved } from './savedState.ts'
import type { SavedState } from './savedState.ts'

/** The place is kept once scrolling or pointing has ended. */
const SETTLED_MS = 300

/** The page, as far as it is kept. */
export interface KeptPage extends ReactiveControllerHost {
  readonly connection: Pick<Connection, 'saveState'>
  filtersOpen: boolean
}

export interface KeptParts {
  /** Undefined until the page knows what to show. */
  readonly model: () => InspectorModel | undefined
  readonly detail: DetailModel
  readonly list: () => Pick<RolloutList, 'top' | 'scrollToTop'> | null
}

/** What comes back after the view was hidden or the window reloaded: what is listed, what is read, and where. */
export class KeptView implements ReactiveController {
  readonly #page: KeptPage
  readonly #parts: KeptParts
  #saving: ReturnType<typeof setTimeout> | undefined
  /** Row that is to stand at the top once there is a list. */
  #top: number | undefined
  /** Text that is searched for, as it was kept last. */
  #finding: string | undefined

  constructor(page: KeptPage, parts: KeptParts) {
    this.#page = page
    this.#parts = parts
    page.addController(this)
  }

  hostDisconnected(): void {
    clearTimeout(this.#saving)
  }

  /** What the page was asked to show goes before what it showed. */
  begin(model: InspectorModel, start: InspectorStart): void {
    const saved = readSaved(start.saved)
    const fresh = start.rollout !== undefined || Object.keys(start.filter).length > 0
    if (saved && !fresh) return this.#restore(model, saved)
    model.filter = start.filter
    model.follow = start.follow
    this.#parts.detail.begin({ place: start.rollout })
  }

  #restore(model: InspectorModel, saved: SavedState): void {
    const { filter, sort, by, follow, typed, finding, top, filtersOpen, place, groupPlace, marked, tab, mode, rich, reading } = saved
    this.#finding = finding
    Object.assign(model, { filter, sort, by, follow, typed, ...(finding !== undefined && { search: begunSearch(finding) }) })
    this.#parts.detail.begin({ place, groupPlace, marked, tab, mode, rich, reading })
    this.#page.filtersOpen = filtersOpen
    this.#top = top
  }

  save(): void {
    const { model, detail, list } = this.#parts
    const shown = model()
    if (!shown) return
    const { filter, sort, by, follow, typed, search } = shown
    const { filtersOpen } = this.#page
    this.#page.connection.saveState({ version: 1, filter, sort, by, follow, typed, finding: search?.text, ...detail.saved, filtersOpen, top: this.#top ?? list()?.top ?? 0 } satisfies SavedState)
  }

  saveSoon(): void {
    clearTimeout(this.#saving)
    this.#saving = setTimeout(() => this.save(), SETTLED_MS)
  }

  /** The list, or what is searched for in it, may be another. */
  modelChanged(): void {
    const model = this.#parts.model()
    if (model?.info) this.#scrollBack()
    if (model?.search?.text === this.#finding) return
    this.#finding = model?.search?.text
    this.saveSoon()
  }

  #scrollBack(): void {
    const top = this.#top
    if (top === undefined) return
    this.#top = undefined
    void this.#page.updateComplete.then(() => this.#parts.list()?.scrollToTop(top))
  }
}
