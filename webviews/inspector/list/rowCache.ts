import type { RolloutPlace } from '../../protocol/inspector.ts'

const KEPT = 4000
const WAIT_MS = 40

type Load<Value> = (rollouts: readonly RolloutPlace[]) => Promise<readonly (Value | null)[]>

/** What stands in a row beside the row itself (first characters of its texts, state of its labels), asked for in batches when rows are looked at. */
export class RowCache<Value> {
  readonly #load: Load<Value>
  readonly #onChange: () => void
  readonly #absentMs: number
  /** Undefined while being loaded; null where there is none. Oldest first. */
  readonly #values = new Map<string, Value | null | undefined>()
  /** When those that had nothing may be asked for again. */
  readonly #again = new Map<string, number>()
  #wanted: RolloutPlace[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param absentMs after so long, what had nothing is asked for again when its row is drawn: it may have been moved that moment */
  constructor(load: Load<Value>, onChange: () => void, absentMs = Infinity) {
    this.#load = load
    this.#onChange = onChange
    this.#absentMs = absentMs
  }

  /** The value, if it is there; asks for it where it is not. */
  get(place: RolloutPlace): Value | null | undefined {
    const key = keyOf(place)
    const value = this.#values.get(key)
    if (this.#values.has(key) && (this.#again.get(key) ?? Infinity) > Date.now()) return value
    this.#again.delete(key)
    this.#values.set(key, value)
    this.#wanted.push(place)
    this.#timer ??= setTimeout(() => void this.#loadWanted(), WAIT_MS)
    return value
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
      wanted.forEach((place, index) => this.#keep(keyOf(place), values[index] ?? null))
    } catch {
      // The list says what is wrong; these are asked for again when their rows are drawn next.
      return wanted.forEach((place) => this.#values.delete(keyOf(place)))
    }
    for (const key of this.#values.keys()) {
      if (this.#values.size <= KEPT) break
      this.#values.delete(key)
      this.#again.delete(key)
    }
    this.#onChange()
  }

  #keep(key: string, value: Value | null): void {
    this.#values.set(key, value)
    if (value === null && this.#absentMs < Infinity) this.#again.set(key, Date.now() + this.#absentMs)
    else this.#again.delete(key)
  }
}

const keyOf = ({ run, id }: RolloutPlace) => `${run}\n${id}`
