import { join } from 'node:path'
import { median } from './arms.ts'
import { leftOut } from './bench.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'
import { peakResidentBytes } from './processMemory.ts'
import { makeSyntheticRun } from '../query/syntheticRun.ts'
import { bundledProgram, TestQueries } from '../query/queryServer.ts'
import type { RolloutFilter, RolloutSort } from '../../trainer/protocol/rolloutViews.ts'

const ROLLOUTS = 1_000_000
const PAGE = 100
const BARS = { open: 1500, change: 400, jump: 300, search: 2000, megabytes: 600 }
const RECORDED: RolloutSort = { by: 'recorded', descending: false }

interface Round {
  readonly open: number
  readonly changes: readonly number[]
  readonly jump: number
  readonly lastRow: number
  readonly firstHits: number
  readonly searchSeconds: number
  readonly searched: number
  readonly one: number
  readonly megabytes: number
}

const SORTS: readonly RolloutSort[] = [
  { by: 'reward', descending: true }, { by: 'completionTokens', descending: false }, { by: 'advantage', descending: true },
  { by: 'meanEntropy', descending: true }, { by: 'correct', descending: false }, { by: 'stopReason', descending: false }, { by: 'step', descending: true }, { by: 'problemId', descending: false }
]
const FILTERS: readonly RolloutFilter[] = [
  { steps: { from: 3000, to: 9000 } }, { reward: { from: 0.5 } }, { parts: { length: { to: 0.3 } } }, { verdicts: ['wrong'] }, { stopReasons: ['length'] },
  { zeroVariance: true }, { environments: ['countdown'], kept: true }, { where: "completionTokens > 250 AND parts.format < 1 AND problemId LIKE '%a%'" }
]

/** The query process on a run of a million rollouts: how long what a reader does takes, and how much memory. */
export async function queryBench({ rounds = 5, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const commands = ['npm run bench -- query', `npx tsx test/query/makeSyntheticRun.ts --rollouts ${ROLLOUTS} --out FOLDER`]
  const directory = process.env['ROLLOUT_LAB_SYNTHETIC_RUN'] ?? (await makeSyntheticRun({ directory: join(scratch, 'synthetic'), rollouts: ROLLOUTS, report }))
  const results: Round[] = []
  for (let i = 0; i < rounds; i++) {
    const round = await roundOf(directory)
    results.push(round)
    report(`query: ${JSON.stringify(round)}`)
  }
  const changes = results.flatMap((round) => round.changes).sort((a, b) => a - b)
  const p95 = changes[Math.ceil(0.95 * changes.length) - 1]!
  const of = (read: (round: Round) => number): number => median(results.map(read))
  const row = (what: string, milliseconds: number, bar: number): BenchRow => ({ what: `1,000,000 rollouts: ${what}`, ours: `${Math.round(milliseconds)} ms`, bar: `< ${bar} ms`, met: milliseconds < bar })
  const megabytes = Math.max(...results.map((round) => round.megabytes))
  return {
    raw: results, commands,
    rows: [
      row('open to first page', of(({ open }) => open), BARS.open),
      row('filter or sort to first page, 95th percentile', p95, BARS.change),
      row('jump to the middle', of(({ jump }) => jump), BARS.jump),
      row('first hits of a text search', of(({ firstHits }) => firstHits), BARS.search),
      process.platform === 'linux'
        ? { what: '1,000,000 rollouts: peak memory of the query process', ours: `${Math.round(megabytes)} MB`, bar: `< ${BARS.megabytes} MB`, met: megabytes < BARS.megabytes }
        : leftOut('1,000,000 rollouts: peak memory of the query process', `< ${BARS.megabytes} MB`, 'it is read from /proc, which this system lacks')
    ],
    definitions: [
      `A synthetic run of ${ROLLOUTS.toLocaleString('en-US')} rollouts in 12,500 steps with 300 tokens on average, in Parquet shards. Each round starts the bundled query process anew and asks as the extension does.`,
      `Open: from starting the process to ${PAGE} rows. Filter or sort: ${SORTS.length} sorts and ${FILTERS.length} filters, each a new view with its first ${PAGE} rows. Jump: ${PAGE} rows and their excerpts from position 500,000 on. Search: from asking to the first notice with hits, for three hexadecimal digits that about one rollout in 140 has. Memory: largest resident set size of the process over the round, as the system counts it (VmHWM); MB = 10⁶ bytes. Files come from the page cache.`
    ]
  }
}

async function roundOf(directory: string): Promise<Round> {
  const queries = new TestQueries(bundledProgram())
  const start = performance.now()
  const opening = queries.ask('rollouts/open', { runs: [directory], filter: {}, sort: RECORDED, by: 'rollouts', follow: false, first: PAGE })
  try {
    const { view, count, first } = await opening
    if (count !== ROLLOUTS || first?.length !== PAGE) throw new Error(`the run has ${count} rollouts, of which ${first?.length} came`)
    const open = performance.now() - start
    const changes: number[] = []
    for (const sort of SORTS) changes.push(await changeTo(queries, directory, {}, sort))
    for (const filter of FILTERS) changes.push(await changeTo(queries, directory, filter, RECORDED))
    const jump = await jumpToMiddle(queries, directory)
    const lastRow = await timed(async () => {
      const { rows } = await queries.ask('rollouts/page', { view, offset: ROLLOUTS - 1, limit: PAGE })
      if (rows.length !== 1) throw new Error('the last row was not reached')
    })
    const id = (await queries.ask('rollouts/page', { view, offset: 700_000, limit: 1 })).rows[0]!.id
    const one = await timed(async () => {
      if ((await queries.ask('rollouts/one', { run: directory, id }))?.id !== id) throw new Error('the rollout was not found')
    })
    const search = await searchAll(queries, view)
    return { open, changes, jump, lastRow, one, ...search, megabytes: peakResidentBytes(queries.pid!) / 1e6 }
  } finally {
    queries.close()
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function changeTo(queries: TestQueries, run: string, filter: RolloutFilter, sort: RolloutSort): Promise<number> {
  return timed(async () => {
    const { view } = await queries.ask('rollouts/open', { runs: [run], filter, sort, by: 'rollouts', follow: false, first: PAGE })
    await queries.ask('rollouts/close', { view })
  })
}

async function jumpToMiddle(queries: TestQueries, run: string): Promise<number> {
  const { view } = await queries.ask('rollouts/open', { runs: [run], filter: {}, sort: RECORDED, by: 'rollouts', follow: false })
  return timed(async () => {
    const { rows } = await queries.ask('rollouts/page', { view, offset: ROLLOUTS / 2, limit: PAGE })
    await queries.ask('rollouts/excerpts', { rollouts: rows.map(({ id }) => ({ run, id })), characters: 200 })
  })
}

async function searchAll(queries: TestQueries, view: string): Promise<{ firstHits: number; searchSeconds: number; searched: number }> {
  const start = performance.now()
  let firstHits = Infinity
  queries.notices.on('searchHits', ({ hits }: { hits: readonly unknown[] }) => {
    if (hits.length > 0) firstHits = Math.min(firstHits, performance.now() - start)
  })
  const { searched } = await queries.ask('rollouts/search', { view, search: 'bench', text: 'F00', limit: 10_000 })
  return { firstHits, searchSeconds: (performance.now() - start) / 1000, searched }
}
