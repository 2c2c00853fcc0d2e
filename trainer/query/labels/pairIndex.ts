import type { LabelRecord } from '../../protocol/label.ts'

/** Which rollouts have preferences that name another one as the other side. */
export class PairIndex {
  readonly #sides = new Map<string, Set<string>>()
  readonly #named = new Map<string, readonly string[]>()

  /** Takes in the records of a rollout in place of those before; rollouts that they name or named. */
  replace(rollout: string, records: readonly LabelRecord[]): readonly string[] {
    const before = this.#named.get(rollout) ?? []
    const now = [...new Set(records.flatMap(({ opinion }) => (opinion.kind === 'preference' ? [opinion.other.rollout] : [])))]
    for (const other of before) this.#remove(other, rollout)
    for (const other of now) this.#sides.set(other, (this.#sides.get(other) ?? new Set<string>()).add(rollout))
    if (now.length === 0) this.#named.delete(rollout)
    else this.#named.set(rollout, now)
    return [...before, ...now]
  }

  /** Rollouts with a preference that has this one as its other side. */
  sidesOf(rollout: string): readonly string[] {
    return [...(this.#sides.get(rollout) ?? [])]
  }

  others(): Iterable<string> {
    return this.#sides.keys()
  }

  #remove(other: string, rollout: string): void {
    const sides = this.#sides.get(other)
    sides?.delete(rollout)
    if (sides?.size === 0) this.#sides.delete(other)
  }
}
