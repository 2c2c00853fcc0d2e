import { join } from 'node:path'
import { makeSyntheticRun } from '../query/syntheticRun.ts'
import { liveTrial } from '../views/liveTrial.ts'
import type { LiveTrial } from '../views/liveTrial.ts'
import { scaleRound } from '../views/scaleRound.ts'
import type { ScaleRound } from '../views/scaleRound.ts'
import { startSession } from '../vscode/session.ts'
import { median } from './arms.ts'
import { leftOut } from './bench.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'

const ROLLOUTS = 1_000_000
const PER_SECOND = 2000
const SECONDS = 60
const BARS = { open: 1500, change: 400, jump: 300, search: 2000, webview: 300, query: 600, behind: 1000, key: 100, blocked: 50 }

/** The packaged extension in a real VS Code: a run of a million rollouts read, and a run written at a high rate watched. */
export async function viewsBench({ rounds = 5, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const commands = ['npm run bench -- views']
  const definitions = [
    `The package for this platform in a VS Code server, looked at with Chromium without a graphics card, on the same cores, so that nothing is compressed between them. A synthetic run of ${ROLLOUTS.toLocaleString('en-US')} rollouts in 12,500 steps with 300 tokens on average; each round is a fresh window with a fresh query process. Times end when the new rows are drawn.`,
    'Open: from the choice in the palette. Filter or sort: each a new list with its first rows, over all rounds. Jump: the scroll bar set to its middle. Search: from the press of Find to the first hit on screen, for three hexadecimal digits that about one rollout in 140 has. Webview: growth of the proportional set size of the page’s process, which the workbench shares, since before the view was opened, sampled every 400 ms. Query process: its largest resident set (VmHWM). MB = 10⁶ bytes; the largest of all rounds.',
    `Live: a process records ${PER_SECOND.toLocaleString('en-US')} rollouts a second for ${SECONDS} s in steps of 512 (appended, sealed with advantages, metrics, events, state), while a dashboard and an inspector that follows are on screen and keys are pressed. Behind: the longest that a recorded rollout was not counted by the inspector, or a finished step not drawn by the dashboard. Keys: from the key to the next picture (Event Timing; shorter than 16 ms is not reported and counts as 16). Extension host, late: the longest by which a timer of 5 ms came late over the trial. Blocked: the same without the time in which its main thread was ready to run and all cores were taken, by the writer or the browser for instance (schedstat).`
  ]
  if (process.platform !== 'linux') return { raw: null, commands, rows: [leftOut('Views of a million rollouts', 'see the definitions', 'memory is read from /proc, which this system lacks')] }
  const scale = await scaleRounds(scratch, rounds, report)
  const live = await liveTrial(PER_SECOND, SECONDS)
  report(`live: ${JSON.stringify(live)}`)
  return { raw: { scale, live }, commands, rows: [...scaleRows(scale), ...liveRows(live)], definitions }
}

async function scaleRounds(scratch: string, rounds: number, report: (line: string) => void): Promise<readonly ScaleRound[]> {
  const runsFolder = process.env['ROLLOUT_LAB_SYNTHETIC_RUNS'] ?? scratch
  if (runsFolder === scratch) await makeSyntheticRun({ directory: join(scratch, 'synthetic'), rollouts: ROLLOUTS, report })
  const session = await startSession({ settings: { 'rolloutLab.runsFolder': runsFolder } })
  try {
    const results: ScaleRound[] = []
    for (let i = 0; i < rounds; i++) {
      results.push(await scaleRound(session, ROLLOUTS))
      report(`views: ${JSON.stringify(results.at(-1))}`)
    }
    return results
  } finally {
    await session.close()
  }
}

function scaleRows(rounds: readonly ScaleRound[]): BenchRow[] {
  const of = (read: (round: ScaleRound) => number): number => median(rounds.map(read))
  const most = (read: (round: ScaleRound) => number): number => Math.max(...rounds.map(read)) / 1e6
  return [
    inTime('1,000,000 rollouts in VS Code: open to first page', of(({ open }) => open), BARS.open),
    inTime('1,000,000 rollouts in VS Code: filter or sort, 95th percentile', percentile(rounds.flatMap(({ changes }) => changes), 0.95), BARS.change),
    inTime('1,000,000 rollouts in VS Code: jump to the middle', of(({ jump }) => jump), BARS.jump),
    inTime('1,000,000 rollouts in VS Code: first hits of a text search', of(({ firstHits }) => firstHits), BARS.search),
    inMemory('1,000,000 rollouts in VS Code: webview', most(({ webviewBytes }) => webviewBytes), BARS.webview),
    inMemory('1,000,000 rollouts in VS Code: query process', most(({ queryBytes }) => queryBytes), BARS.query)
  ]
}

function liveRows({ rollouts, seconds, rolloutsBehind, stepsBehind, keys, loopDelays }: LiveTrial): BenchRow[] {
  const what = `${PER_SECOND.toLocaleString('en-US')} rollouts/s for ${SECONDS} s`
  const reached = rollouts / seconds
  return [
    // A writer that is starved of the processor makes the other figures those of a lower rate.
    { what: `${what}: rate reached`, ours: `${Math.round(reached)}/s`, bar: `> ${0.9 * PER_SECOND}/s`, met: reached > 0.9 * PER_SECOND },
    inTime(`${what}: inspector behind`, rolloutsBehind, BARS.behind),
    inTime(`${what}: dashboard behind`, stepsBehind, BARS.behind),
    inTime(`${what}: key to picture, 95th percentile`, percentile([16, ...keys], 0.95), BARS.key),
    inTime(`${what}: key to picture, longest`, Math.max(16, ...keys), BARS.key),
    inTime(`${what}: extension host blocked at most`, Math.max(0, ...loopDelays.map(({ blockedMs }) => blockedMs)), BARS.blocked),
    inTime(`${what}: extension host late at most`, Math.max(0, ...loopDelays.map(({ longestMs }) => longestMs)), BARS.blocked)
  ]
}

const inTime = (what: string, milliseconds: number, bar: number): BenchRow => ({ what, ours: `${Math.round(milliseconds)} ms`, bar: `< ${bar} ms`, met: milliseconds < bar })
const inMemory = (what: string, megabytes: number, bar: number): BenchRow => ({ what, ours: `${Math.round(megabytes)} MB`, bar: `< ${bar} MB`, met: megabytes < bar })

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0
}
