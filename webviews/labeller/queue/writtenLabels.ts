import type { Label } from '../../../trainer/protocol/label.ts'

/** Writings kept: the readers have the older ones long since. */
const KEPT = 500

/**
 * What this page wrote: readers of the files may lag behind, and what was just said must not seem unsaid meanwhile.
 */
export class WrittenLabels {
  #labels: readonly Label[] = []

  add(labels: readonly Label[]): void {
    this.#labels = [...this.#labels, ...labels].slice(-KEPT)
  }

  /** After an undo the files alone know. */
  forget(rollout: string): void {
    this.#labels = this.#labels.filter((label) => label.rollout !== rollout)
  }

  /** Labels as they were read, with what was written since. */
  over(read: readonly Label[], rollout: string): readonly Label[] {
    const written = this.#labels.filter((label) => label.rollout === rollout)
    const gone = new Set(written.flatMap(({ opinion, replaces }) => [...(opinion.kind === 'deleted' ? [opinion.of] : []), ...(replaces === undefined ? [] : [replaces])]))
    const known = new Set(read.map(({ id }) => id))
    // Who has read a label tells of it from then on: one that is missing later was taken back elsewhere.
    this.#labels = this.#labels.filter(({ id }) => !known.has(id))
    const added = written.filter(({ id, opinion }) => !known.has(id) && opinion.kind !== 'deleted')
    return [...read, ...added].filter(({ id }) => !gone.has(id))
  }
}
