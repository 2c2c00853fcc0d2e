import type { DuckDBValue } from '@duckdb/node-api'
import { sqlText } from '../../stores/duckDb.ts'
import type { QueryDatabase } from '../database.ts'
import { stateOf } from './labelState.ts'
import type { IndexedState } from './labelState.ts'
import { inPieces } from './runLabels.ts'
import type { RunLabels } from './runLabels.ts'

/** With more changed rollouts than this the tables are written anew. */
const MOST_CHANGES = 500

/** What is said of the rollouts of a run as two tables beside the run's own: one row a rollout, and one a rollout and labeler. */
export class LabelTables {
  /** id, labelled, drafts, flagged, disagreeing, known: BOOLEAN; judge: DOUBLE. Rollouts of which nothing is said are missing. */
  readonly states: string
  /** id, labeler, times: who completed it, and how often. */
  readonly completions: string
  readonly #db: QueryDatabase
  readonly #stale = new Set<string>()
  #made = false
  #last: Promise<void> = Promise.resolve()

  constructor(db: QueryDatabase, number: number) {
    this.#db = db
    this.states = `labels${number}`
    this.completions = `completions${number}`
  }

  /** These rollouts are to be written before the tables are read again. */
  stale(rollouts: readonly string[]): void {
    for (const rollout of rollouts) this.#stale.add(rollout)
  }

  /** Brings the tables up to date. */
  write(labels: RunLabels): Promise<void> {
    const turn = this.#last.then(() => this.#write(labels))
    this.#last = turn.catch(() => void (this.#made = false))
    return turn
  }

  async drop(): Promise<void> {
    await this.#last
    if (this.#made) await this.#db.change([`DROP TABLE ${this.states}`, `DROP TABLE ${this.completions}`])
    this.#made = false
  }

  async #write(labels: RunLabels): Promise<void> {
    if (this.#made && this.#stale.size === 0) return
    const anew = !this.#made || this.#stale.size > MOST_CHANGES
    const rollouts = anew ? [...labels.rollouts()] : [...this.#stale]
    this.#stale.clear()
    this.#made = true
    const states: { readonly rollout: string; readonly state: IndexedState }[] = []
    await inPieces(rollouts, (rollout) => states.push({ rollout, state: stateOf(labels, rollout) }))
    await this.#db.change(this.#before(anew, rollouts), {
      table: this.states, types: ['VARCHAR', 'BOOLEAN', 'BOOLEAN', 'BOOLEAN', 'BOOLEAN', 'BOOLEAN', 'DOUBLE'],
      rows: states.map(({ rollout, state }): DuckDBValue[] => [rollout, state.labelled, state.drafts > 0, state.flagged, state.disagreeing, state.known, state.judge])
    })
    const completions = states.flatMap(({ rollout, state }) => [...state.completions].map(([labeler, times]): DuckDBValue[] => [rollout, labeler, times]))
    await this.#db.change([], { table: this.completions, types: ['VARCHAR', 'VARCHAR', 'INTEGER'], rows: completions })
  }

  #before(anew: boolean, rollouts: readonly string[]): string[] {
    if (anew) {
      return [
        `CREATE OR REPLACE TABLE ${this.states} (id VARCHAR, labelled BOOLEAN, drafts BOOLEAN, flagged BOOLEAN, disagreeing BOOLEAN, known BOOLEAN, judge DOUBLE)`,
        `CREATE OR REPLACE TABLE ${this.completions} (id VARCHAR, labeler VARCHAR, times INTEGER)`
      ]
    }
    const ids = rollouts.map(sqlText).join(', ')
    return [`DELETE FROM ${this.states} WHERE id IN (${ids})`, `DELETE FROM ${this.completions} WHERE id IN (${ids})`]
  }
}
