/** A run with labels, and the query process that answers for both. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { traceAnchor } from '../../trainer/labels/anchors/makeAnchor.ts'
import { openLabelWriter } from '../../trainer/labels/store/labelLog.ts'
import type { LabelRecord, LabelRecordInput, LabelSource, Opinion } from '../../trainer/protocol/label.ts'
import type { LabelQueueKind } from '../../trainer/protocol/labelViews.ts'
import type { QueryParams, QueryResults } from '../../trainer/protocol/queries.ts'
import type { RolloutFilter } from '../../trainer/protocol/rolloutViews.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { newRun, rollout, weighed } from '../../trainer/stores/fixtures.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'
import { TestQueries } from './queryServer.ts'

export const SORT = { by: 'recorded', descending: false } as const
const STEPS = 4
const GROUPS = 5
const SAMPLES = 4
export const MODEL: LabelSource = { kind: 'model', provider: 'vscode.lm', model: 'm1' }
export const right: Opinion = { kind: 'verdict', right: true }
export const wrong: Opinion = { kind: 'verdict', right: false }
export const completed: Opinion = { kind: 'completed' }
export const critique = (text: string): Opinion => ({ kind: 'critique', text })
export const idsOf = (rollouts: readonly Rollout[]): string[] => rollouts.map(({ id }) => id)

type More = Partial<Omit<LabelRecordInput, 'opinion'>>
type Asked = Partial<QueryParams<'labels/queue'>>

/** Steps 1 … 3 in shards, step 4 in lines, and one evaluation batch. */
async function makeRun(directory: string): Promise<Rollout[]> {
  const run = await createRun(newRun(directory))
  const all: Rollout[] = []
  for (const kind of ['train', 'evaluation'] as const) {
    for (let step = 1; step <= (kind === 'train' ? STEPS : 1); step++) {
      const own = weighed(Array.from({ length: GROUPS * SAMPLES }, (_, i) => rollout({ kind, step, group: Math.floor(i / SAMPLES), sample: i % SAMPLES, tokens: 6 })))
      const open = run.rollouts.openStep({ kind, step })
      for (const one of own) open.append(one)
      open.seal(own)
      all.push(...own)
      if (kind === 'train' && step === STEPS - 1) await run.rollouts.compact({ throughStep: step, all: true })
    }
  }
  run.close()
  return all
}

export class LabelledRun {
  readonly queries = new TestQueries()
  run = ''
  /** Where its labels lie. */
  folder = ''
  /** Its rollouts. */
  all: Rollout[] = []
  readonly #scratch = mkdtempSync(join(tmpdir(), 'rollout-lab-labels-'))
  #made = 0

  async makeAnew(): Promise<void> {
    const place = join(this.#scratch, String(++this.#made))
    this.run = join(place, '.rollout-lab', 'runs', 'run')
    this.folder = join(place, 'elsewhere')
    mkdirSync(join(this.run, '..'), { recursive: true })
    this.all = await makeRun(this.run)
    await this.queries.ask('labels/folder', { run: this.run, folder: this.folder })
  }

  remove(): void {
    this.queries.close()
    rmSync(this.#scratch, { recursive: true })
  }

  readonly trained = (): Rollout[] => this.all.filter(({ kind }) => kind === 'train')
  /** Newest step first, as recorded within it. */
  readonly newest = (): Rollout[] => this.trained().map((one, at) => ({ one, at })).sort((a, b) => b.one.step - a.one.step || a.at - b.at).map(({ one }) => one)

  readonly say = (by: string, one: Rollout, opinion: Opinion, more: More = {}): LabelRecord => {
    const writer = openLabelWriter({ folder: this.folder, labeler: by })
    const [record] = writer.append([{
      version: 1, id: randomUUID(), labeler: by, at: new Date().toISOString(), run: 'run', rollout: one.id, problemId: one.problemId, anchor: traceAnchor(one), opinion, source: { kind: 'human' }, ...more
    }])
    writer.close()
    return record!
  }

  readonly prefer = (by: string, one: Rollout, other: Rollout, preferred: 'this' | 'other' | 'equal', more: More = {}): LabelRecord =>
    this.say(by, one, { kind: 'preference', other: { rollout: other.id, textHash: traceAnchor(other).textHash }, preferred, rationale: '' }, more)

  readonly queue = (kind: LabelQueueKind, more: Asked = {}): Promise<QueryResults['labels/queue']> =>
    this.queries.ask('labels/queue', { run: this.run, kind, labeler: 'ann', pairs: false, seed: 1, limit: 10_000, ...more })
  readonly ids = async (kind: LabelQueueKind, more: Asked = {}): Promise<string[]> => (await this.queue(kind, more)).map((item) => item.rollout)

  readonly filtered = async (filter: RolloutFilter): Promise<string[]> => {
    const { view } = await this.queries.ask('rollouts/open', { runs: [this.run], filter, sort: SORT, by: 'rollouts', follow: false })
    return (await this.queries.ask('rollouts/page', { view, offset: 0, limit: 500 })).rows.map(({ id }) => id)
  }
}

/** A new run for each test of a `describe`. */
export function eachWithLabelledRun(): LabelledRun {
  const made = new LabelledRun()
  beforeEach(() => made.makeAnew())
  after(() => made.remove())
  return made
}
