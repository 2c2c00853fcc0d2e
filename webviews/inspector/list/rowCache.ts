import type { RolloutPlace } from '../../protocol/inspector.ts'

const KEPT = 4000
const WAIT_MS = 40

type Load<Value> = (rollouts: readonly RolloutPlace[]) => Promise<readonly (Value | null)[]>

/** What stands in a row beside the row itself (first characters of its texts, state of its labels), asked for in batches when rows are looked at. */
export class RowCache<Value> {
  readonly #load: Load<Value>
  readonly #onChange: () => void
  /** Undefined while being loaded; null where there is none. Oldest first. */
  readonly #values = new Map<string, Value | null | undefined>()
  #wanted: RolloutPlace[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(load: Load<Value>, onChange: () => void) {
    this.#load = load
    this.#onChange = onChange
  }

  /** The value, if it is there; asks for it where it is not. */
  get(place: RolloutPlace): Value | null | undefined {
    const key = keyOf(place)
    if (this.#values.has(key)) return this.#values.get(key)
    this.#values.set(key, undefined)
    this.#wanted.push(place)
    this.#timer ??= setTimeout(() => void this.#loadWanted(), WAIT_MS)
    return undefined
  }

  /** What changed meanwhile is asked for again; what is on screen stays until it is there. */
  renew(run: string, ids: readonly string[]): void {
    const stale = ids.length > 0 ? ids.map((id) => ({ run, id })) : [...this.#values.keys()].filter((key) => key.startsWith(`${run}\n`)).map((key) => ({ run, id: key.slice(run.length + 1) }))
    const shown = stale.filter((place) => this.#values.has(keyOf(place)))
    if (shown.length === 0) return
    this.#wanted.push(...shown)
    this.#timer ??= setTimeout(() => void this.#loadWanted(), WAIT_MS)
  }

  async #loadWanted(): Promise<void> {
    const wanted = this.#wanted.slice(-200)
    for (const skipped of this.#wanted.slice(0, -200)) this.#values.delete(keyOf(skipped))
    this.#wanted = []
    this.#timer = undefined
    try {
      const values = await this.#load(wanted)
      wanted.forEach((place, index) => this.#values.set(keyOf(place), values[index] ?? null))
    } catch {
      // The list says what is wrong; these are asked for again when their rows are drawn next.
      return wanted.forEach((place) => this.#values.delete(keyOf(place)))
    }
    for (const key of this.#values.keys()) {
      if (this.#values.size <= KEPT) break
      this.#values.delete(key)
    }
    this.#onChange()
  }
}

const keyOf = ({ run, id }: RolloutPlace) => `${run}\n${id}`
