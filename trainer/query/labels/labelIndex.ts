import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import type { RolloutFilter } from '../../protocol/rolloutViews.ts'
import type { QueryDatabase } from '../database.ts'
import type { NamedRun } from '../namedRuns.ts'
import type { RunRollouts } from '../runRollouts.ts'
import { LabelTables } from './labelTables.ts'
import { RunLabels } from './runLabels.ts'

/** Labels of one run, in memory and as tables. */
export interface IndexedLabels {
  readonly labels: RunLabels
  readonly tables: LabelTables
}

/** Tells that something else is said now: of these rollouts, or of any where none is named. `directory`: the real one of the run. */
export type LabelsChanged = (run: string, rollouts: readonly string[], directory: string) => void

/** A notice names so many rollouts; of more, nobody asks one by one. */
const MOST_NAMED = 500

/** The labels of all runs that were asked about. Runs are known by their real directory, or by their path where they are gone. */
export class LabelIndex {
  readonly #db: QueryDatabase
  readonly #runs = new Map<string, IndexedLabels>()
  readonly #listeners = new Set<LabelsChanged>()
  #made = 0

  constructor(db: QueryDatabase) {
    this.#db = db
  }

  onChanged(listener: LabelsChanged): void {
    this.#listeners.add(listener)
  }

  /** Where the labels of a run lie, in place of where they would by default. */
  async told(run: string, folder: string): Promise<void> {
    const key = realPath(run)
    const known = this.#runs.get(key)
    if (known?.labels.folder === path.resolve(folder) && known.labels.run === run) return
    this.#runs.set(key, this.#make(new RunLabels(run, folder, (known?.labels.version ?? 0) + 1)))
    this.#tell(run, [])
    await known?.tables.drop()
  }

  /** The labels of a run as they are on the disk now. */
  of(run: string): IndexedLabels {
    const key = realPath(run)
    const known = this.#runs.get(key) ?? this.#make(new RunLabels(run))
    this.#runs.set(key, known)
    this.#sync(known)
    return known
  }

  /** The labels of a run, their tables up to date. */
  async withTables(run: string): Promise<IndexedLabels> {
    const found = this.of(run)
    await found.tables.write(found.labels)
    return found
  }

  /** Grows with every change of what is said about these runs. */
  version(runs: readonly RunRollouts[]): number {
    return runs.reduce((sum, { directory }) => sum + (this.#runs.get(directory)?.labels.version ?? 0), 0)
  }

  get followed(): readonly RunLabels[] {
    return [...this.#runs.values()].map(({ labels }) => labels)
  }

  /** Looks whether labels of a run were written, and tells. What nobody has read yet is not read for that. */
  look(labels: RunLabels): void {
    const found = [...this.#runs.values()].find((one) => one.labels === labels)
    if (found === undefined || !labels.changed()) return
    try {
      if (labels.loaded) this.#sync(found)
      else this.#tell(labels.run, [])
    } catch (error) {
      // A folder that cannot be read is told to those who ask for labels.
      if (!LabError.is(error)) throw error
    }
  }

  /** Condition over the rows of `unionOf(runs)`: any of these holds. */
  async condition(runs: readonly NamedRun[], wanted: NonNullable<RolloutFilter['labels']>): Promise<string> {
    const alternatives: string[] = []
    for (const { name, run } of runs) {
      const { tables } = await this.withTables(name)
      const holds = wanted.map((state) => (state === 'unlabelled' ? `id NOT IN (SELECT id FROM ${tables.states} WHERE labelled)` : `id IN (SELECT id FROM ${tables.states} WHERE ${state})`))
      alternatives.push(`(run = ${run.number} AND (${holds.join(' OR ') || 'false'}))`)
    }
    return `(${alternatives.join(' OR ')})`
  }

  #make(labels: RunLabels): IndexedLabels {
    return { labels, tables: new LabelTables(this.#db, this.#made++) }
  }

  #sync({ labels, tables }: IndexedLabels): void {
    const first = !labels.loaded
    const changed = labels.sync()
    tables.stale(changed)
    if (changed.length > 0 && !first) this.#tell(labels.run, changed.length > MOST_NAMED ? [] : changed)
  }

  #tell(run: string, rollouts: readonly string[]): void {
    for (const listener of this.#listeners) listener(run, rollouts, realPath(run))
  }
}

/** Labels outlive their run: one that is gone is known by its path. */
function realPath(run: string): string {
  try {
    return fs.realpathSync(run)
  } catch {
    // Gone, or not to be read; labels are asked for all the same.
    return path.resolve(run)
  }
}
