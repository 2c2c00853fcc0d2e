import path from 'node:path'
import { LabError } from '../errors.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { compact } from './compaction.ts'
import { syncFolder } from './fileOps.ts'
import type { FileOps } from './fileOps.ts'
import { recoverJsonLines } from './jsonLines.ts'
import { keepDamaged, OpenStep } from './openStep.ts'
import { listFolder, plainKind, removePlain } from './plainFiles.ts'
import type { ReportRecovery } from './recovery.ts'
import { readRollouts, readSealedRollouts } from './rolloutLines.ts'
import { readCompactedStep } from './shardReader.ts'
import { batchFileName, batchKey, parseBatchFileName } from './runLayout.ts'
import type { BatchStage, RolloutBatch } from './runLayout.ts'

export interface RolloutStoreParts {
  /** The run's rollouts folder. */
  readonly folder: string
  readonly ops: FileOps
  readonly report: ReportRecovery
  /** Keys of the batches that shards hold. */
  readonly compacted: ReadonlySet<string>
}

/** The rollouts of a run: steps are opened, filled, sealed, and read back. Only the holder of the run's lock has one. */
export class RolloutStore {
  readonly #parts: RolloutStoreParts
  readonly #open = new Map<string, OpenStep>()
  readonly #compacted: Set<string>

  /** Puts right what a killed process left. */
  constructor(parts: RolloutStoreParts) {
    this.#parts = parts
    this.#compacted = new Set(parts.compacted)
    for (const name of listFolder(parts.folder)) {
      if (parseBatchFileName(name)?.stage === 'sealing') removePlain(parts.ops, path.join(parts.folder, name))
    }
    for (const batch of this.#batches('open')) this.#removeIfSealed(batch)
  }

  /**
   * Opens a step to record its rollouts. What earlier attempts recorded is offered back by `recorded` and kept as
   * superseded. A step that has been sealed may be done again until it is compacted.
   */
  openStep(batch: RolloutBatch): OpenStep {
    const key = batchKey(batch)
    if (this.#open.has(key)) throw wrong('step-open', `the ${key} is open already`, this.#place(batch, 'open'))
    if (this.#compacted.has(key)) throw wrong('step-compacted', `the ${key} has been compacted and cannot be done again`, this.#parts.folder)
    const { rollouts, damaged } = this.#recorded(batch)
    const open = new OpenStep({ ...this.#parts, batch, earlier: rollouts, damaged, done: () => this.#open.delete(key) })
    this.#open.set(key, open)
    return open
  }

  /** Whether the step is whole, in a file of its own or in a shard. */
  isSealed(batch: RolloutBatch): boolean {
    return this.#compacted.has(batchKey(batch)) || this.#hasFile(batch)
  }

  /** All rollouts of a sealed or compacted step, superseded ones among them; undefined where the step never was sealed. */
  async readStep(batch: RolloutBatch): Promise<Rollout[] | undefined> {
    if (this.#hasFile(batch)) return readSealedRollouts(this.#place(batch, 'sealed'))
    return this.#compacted.has(batchKey(batch)) ? readCompactedStep(this.#parts.folder, batch) : undefined
  }

  /**
   * Moves sealed steps up to `throughStep`, that of the last checkpoint, into Parquet shards once there are about 50,000
   * rollouts; with `all` what there is (at the end of a run). Returns how many steps were moved.
   */
  async compact(options: { readonly throughStep: number; readonly all: boolean; readonly rolloutsPerShard?: number }): Promise<number> {
    const { folder, ops, report } = this.#parts
    const moved = await compact(folder, { ...options, ops, report, skip: (batch) => this.#open.has(batchKey(batch)) })
    for (const batch of moved) this.#compacted.add(batchKey(batch))
    return moved.length
  }

  /** Closes the steps that are open; they can be taken up again by the next process. */
  close(): void {
    for (const open of [...this.#open.values()]) open.close()
  }

  #hasFile(batch: RolloutBatch): boolean {
    return plainKind(this.#place(batch, 'sealed')) === 'file'
  }

  #batches(stage: BatchStage): RolloutBatch[] {
    return listFolder(this.#parts.folder).flatMap((name) => {
      const parsed = parseBatchFileName(name)
      return parsed?.stage === stage ? [parsed.batch] : []
    })
  }

  #place(batch: RolloutBatch, stage: BatchStage): string {
    return path.join(this.#parts.folder, batchFileName(batch, stage))
  }

  #recorded(batch: RolloutBatch): { rollouts: Rollout[]; damaged: boolean } {
    const { ops, report } = this.#parts
    const open = this.#place(batch, 'open')
    const sealed = this.#hasFile(batch) ? readSealedRollouts(this.#place(batch, 'sealed')) : []
    recoverJsonLines(open, ops, report)
    const { rollouts, problems } = readRollouts(open)
    if (problems.length > 0) {
      report({ what: 'damaged rollouts', detail: `${problems.length} line(s) are no rollouts and stay in ${batchFileName(batch, 'damaged')}: ${problems[0]}` })
    }
    const byId = new Map([...sealed, ...rollouts].map((rollout) => [rollout.id, rollout]))
    if (rollouts.length > 0) report({ what: 'step done again', detail: `${open}: ${rollouts.length} recorded rollouts are kept as superseded` })
    return { rollouts: [...byId.values()], damaged: problems.length > 0 }
  }

  /** A process killed between sealing a step and removing its open file leaves both. */
  #removeIfSealed(batch: RolloutBatch): void {
    if (!this.#hasFile(batch)) return
    const { ops, folder } = this.#parts
    const sealed = new Set(readSealedRollouts(this.#place(batch, 'sealed')).map((rollout) => rollout.id))
    const open = this.#place(batch, 'open')
    const { rollouts, problems } = readRollouts(open)
    if (!rollouts.every((rollout) => sealed.has(rollout.id))) return
    if (problems.length > 0) keepDamaged(folder, batch, ops)
    else removePlain(ops, open)
    syncFolder(ops, folder)
  }
}

function wrong(code: string, message: string, place: string): LabError {
  return new LabError('store', code, message, { place, remedy: 'Go on from the run’s last checkpoint with `lab resume`.' })
}
