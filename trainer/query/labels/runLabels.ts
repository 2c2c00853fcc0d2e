import path from 'node:path'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { DatedDisagreement } from '../../evals/agreement/disagreements.ts'
import { disagreements } from '../../evals/agreement/disagreements.ts'
import { judgementsOf } from '../../evals/agreement/judgements.ts'
import { foldLabels } from '../../labels/store/foldLabels.ts'
import { LabelTail } from '../../labels/store/labelTail.ts'
import { labelsFolderOf } from '../../labels/store/labelsFolder.ts'
import type { Label, LabelFault } from '../../protocol/label.ts'
import { signatureOfFiles } from '../runSignature.ts'
import { PairIndex } from './pairIndex.ts'

/** Rollouts that are folded before others get their turn. */
const AT_ONCE = 500

/** The labels of a run in memory: read when first asked for, then kept up with what is written; folded by rollout when needed. */
export class RunLabels {
  /** The run as it was named by those who ask. */
  readonly run: string
  readonly folder: string
  /** Grows with every change. */
  version: number
  readonly #tail: LabelTail
  readonly #pairs = new PairIndex()
  readonly #folded = new Map<string, readonly Label[]>()
  readonly #disagreements = new Map<string, readonly DatedDisagreement[]>()
  #signature = ''
  #loaded = false

  constructor(run: string, folder = labelsFolderOf(run), version = 0) {
    this.run = run
    this.folder = path.resolve(folder)
    this.version = version
    this.#tail = new LabelTail(this.folder)
  }

  /** Takes in what was written. Rollouts of which something else is said now; all where they were not read before. */
  sync(): readonly string[] {
    this.#signature = signatureOfFiles(this.folder)
    this.#loaded = true
    const changed = new Set(this.#tail.poll())
    for (const rollout of [...changed]) {
      for (const other of this.#pairs.replace(rollout, this.#tail.recordsOf(rollout))) changed.add(other)
    }
    for (const rollout of changed) {
      this.#folded.delete(rollout)
      this.#disagreements.delete(rollout)
    }
    if (changed.size > 0) this.version++
    return [...changed]
  }

  /** Whether anything was written since the last time that was asked or read; reads no label. */
  changed(): boolean {
    const signature = signatureOfFiles(this.folder)
    if (signature === this.#signature) return false
    this.#signature = signature
    return true
  }

  get loaded(): boolean {
    return this.#loaded
  }

  get faults(): readonly LabelFault[] {
    return this.#tail.faults
  }

  /** Ids of the rollouts of which something is said, also as the other side of a pair. */
  rollouts(): ReadonlySet<string> {
    return new Set([...this.#tail.rollouts(), ...this.#pairs.others()])
  }

  /** Labels of a rollout, oldest first, replies beneath, drafts included. */
  of(rollout: string): readonly Label[] {
    const known = this.#folded.get(rollout)
    if (known !== undefined) return known
    const records = this.#tail.recordsOf(rollout)
    const labels = records.length === 0 ? [] : foldLabels(records)
    if (records.length > 0) this.#folded.set(rollout, labels)
    return labels
  }

  /** Labels on other rollouts that prefer one of two, this one being the other side. */
  pairedWith(rollout: string): readonly Label[] {
    return this.#pairs.sidesOf(rollout).flatMap((other) => this.of(other).filter(({ opinion }) => opinion.kind === 'preference' && opinion.other.rollout === rollout))
  }

  /** All labels, by rollout. Others get their turn meanwhile. */
  async all(): Promise<Label[]> {
    const found: Label[] = []
    await inPieces([...this.#tail.rollouts()], (rollout) => found.push(...this.of(rollout)))
    return found
  }

  disagreementsOn(rollout: string): readonly DatedDisagreement[] {
    const known = this.#disagreements.get(rollout)
    if (known !== undefined) return known
    const found = disagreements(judgementsOf([...this.of(rollout), ...this.pairedWith(rollout)]))
    this.#disagreements.set(rollout, found)
    return found
  }

  /** All of them, the latest first. */
  async disagreements(): Promise<DatedDisagreement[]> {
    const found: DatedDisagreement[] = []
    await inPieces([...this.#tail.rollouts()], (rollout) => found.push(...this.disagreementsOn(rollout).filter((one) => one.rollout === rollout)))
    return found.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
  }
}

/** Does something with each, some at a time. */
export async function inPieces<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
  for (const [i, item] of items.entries()) {
    if (i % AT_ONCE === AT_ONCE - 1) await yieldToOthers()
    work(item)
  }
}
