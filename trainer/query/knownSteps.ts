import type { RolloutBatch } from '../stores/runLayout.ts'
import type { LinesFile, RolloutFiles } from './rolloutFiles.ts'
import type { RowNumbers } from './runRows.ts'

/** A step whose rollouts were read from lines. */
export interface KnownStep {
  readonly batch: RolloutBatch
  /** Row numbers, which a rollout keeps when its record is replaced. */
  readonly rows: Map<string, number>
  /** Signature of the sealed file that was read; undefined while the step is open. */
  sealed?: string
  open?: { readonly signature: string; readonly file: number; offset: number }
  /** The shard that it was moved to. */
  shard?: number
  attempt: number
  missing: number
}

/** A listing is not one moment's: a step counts as gone when it was missing so often in a row. */
const MISSING_LIMIT = 2

/** The steps of a run that were read from lines, by key, and the shards that they were moved to. */
export class KnownSteps {
  readonly #steps = new Map<string, KnownStep>()
  /** Steps that lie in a shard beside the lines that they were read from: what a killed compaction leaves. */
  readonly #shardOf = new Map<string, number>()

  get size(): number {
    return this.#steps.size
  }

  has(key: string): boolean {
    return this.#steps.has(key)
  }

  get(key: string): KnownStep | undefined {
    return this.#steps.get(key)
  }

  /** The step of a file, known from now on. */
  of({ key, batch }: LinesFile): KnownStep {
    const known = this.#steps.get(key)
    if (known !== undefined) return known
    const shard = this.#shardOf.get(key)
    const step: KnownStep = { batch, rows: new Map(), attempt: 0, missing: 0, ...(shard === undefined ? {} : { shard }) }
    this.#steps.set(key, step)
    return step
  }

  /** Steps that a shard holds. Answers those that were known before. */
  moved(keys: readonly string[], shard: number): string[] {
    for (const key of keys) this.#shardOf.set(key, shard)
    const known = keys.filter((key) => this.#steps.has(key))
    for (const key of known) this.#steps.get(key)!.shard = shard
    return known
  }

  /** Steps whose lines are still being written. */
  open(kind: RolloutBatch['kind']): number[] {
    return [...this.#steps.values()].flatMap(({ batch, open, shard }) => (batch.kind === kind && open !== undefined && shard === undefined ? [batch.step] : []))
  }

  /** What was moved to these shards is dropped as lines are, unless it comes back. */
  loseShards(lost: ReadonlySet<number>): void {
    for (const step of this.#steps.values()) if (step.shard !== undefined && lost.has(step.shard)) delete step.shard
    for (const [key, shard] of this.#shardOf) if (lost.has(shard)) this.#shardOf.delete(key)
  }

  /** Keys of the steps that are nowhere any more. To be asked once for each listing. */
  goneFrom(files: RolloutFiles): string[] {
    return [...this.#steps].flatMap(([key, step]) => {
      if (step.shard !== undefined) return []
      step.missing = files.sealed.has(key) || files.open.has(key) ? 0 : step.missing + 1
      return step.missing >= MISSING_LIMIT ? [key] : []
    })
  }

  /** Answers the batches of those that were known. */
  forget(keys: readonly string[]): RolloutBatch[] {
    return keys.flatMap((key) => {
      const step = this.#steps.get(key)
      this.#steps.delete(key)
      return step === undefined ? [] : [step.batch]
    })
  }

  clear(): void {
    this.#steps.clear()
    this.#shardOf.clear()
  }
}

/** The row of a rollout of the step: the one that it had, or the next. */
export function rowOf(step: KnownStep, id: string, numbers: RowNumbers): number {
  const known = step.rows.get(id)
  if (known !== undefined) return known
  const row = numbers.next++
  step.rows.set(id, row)
  return row
}
