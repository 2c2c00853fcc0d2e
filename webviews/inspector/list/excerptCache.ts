import type { Excerpt } from '../../../trainer/protocol/queries.ts'
import type { RolloutPlace } from '../../protocol/inspector.ts'

const KEPT = 4000
const WAIT_MS = 40

type Load = (rollouts: readonly RolloutPlace[]) => Promise<readonly (Excerpt | null)[]>

/** First characters of prompts and completions, asked for in batches when their rows are looked at. */
export class ExcerptCache {
  readonly #load: Load
  readonly #onChange: () => void
  /** Undefined while being loaded; null where there is none. Oldest first. */
  readonly #excerpts = new Map<string, Excerpt | null | undefined>()
  #wanted: RolloutPlace[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(load: Load, onChange: () => void) {
    this.#load = load
    this.#onChange = onChange
  }

  /** The excerpt, if it is there; asks for it where it is not. */
  get(place: RolloutPlace): Excerpt | null | undefined {
    const key = keyOf(place)
    if (this.#excerpts.has(key)) return this.#excerpts.get(key)
    this.#excerpts.set(key, undefined)
    this.#wanted.push(place)
    this.#timer ??= setTimeout(() => void this.#loadWanted(), WAIT_MS)
    return undefined
  }

  async #loadWanted(): Promise<void> {
    const wanted = this.#wanted.slice(-200)
    for (const skipped of this.#wanted.slice(0, -200)) this.#excerpts.delete(keyOf(skipped))
    this.#wanted = []
    this.#timer = undefined
    try {
      const excerpts = await this.#load(wanted)
      wanted.forEach((place, index) => this.#excerpts.set(keyOf(place), excerpts[index] ?? null))
    } catch {
      // The list says what is wrong; these are asked for again when their rows are drawn next.
      return wanted.forEach((place) => this.#excerpts.delete(keyOf(place)))
    }
    for (const key of this.#excerpts.keys()) {
      if (this.#excerpts.size <= KEPT) break
      this.#excerpts.delete(key)
    }
    this.#onChange()
  }
}

const keyOf = ({ run, id }: RolloutPlace) => `${run}\n${id}`
