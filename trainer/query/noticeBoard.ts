import type { Notice } from '../protocol/rolloutViews.ts'

/** Files with more kinds of problems than this say so much and no more. */
const MAX_NOTICES = 200

/** What of a run could not be read: by file and problem, counted. */
export class NoticeBoard {
  readonly #notices = new Map<string, Notice>()

  get all(): readonly Notice[] {
    return [...this.#notices.values()]
  }

  set(place: string, message: string, count = 1): void {
    const key = `${place}\0${message}`
    if (this.#notices.size < MAX_NOTICES || this.#notices.has(key)) this.#notices.set(key, { place, message, count })
  }

  add(place: string, message: string, count: number): void {
    this.set(place, message, count + (this.#notices.get(`${place}\0${message}`)?.count ?? 0))
  }

  clear(): void {
    this.#notices.clear()
  }

  /** What was said of the file so far no longer holds. */
  replace(place: string, problems: ReadonlyMap<string, number>): void {
    for (const [key, notice] of this.#notices) {
      if (notice.place === place) this.#notices.delete(key)
    }
    for (const [message, count] of problems) this.set(place, message, count)
  }
}
