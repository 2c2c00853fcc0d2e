import { PAGE_ROWS } from '../../trainer/protocol/queries.ts'
import type { Labels } from '../contracts/labels.ts'
import type { Queries } from '../contracts/queries.ts'
import type { Trace, Traces } from '../traces/traces.ts'

/** Traces of a run whose threads are listed without being open: those labelled last. */
const MOST_TRACES = 200
const MOST_PAGES = 4
/** Milliseconds in which changes are gathered. */
const GATHERED = 500

interface RunThreadsParts {
  readonly traces: Traces
  readonly queries: Pick<Queries, 'ask'>
  readonly labels: Pick<Labels, 'of' | 'onDidChange'>
  readonly log: (line: string) => void
}

/** Shows the threads of traces that are not open, of every run of which one was: the Comments panel lists them. */
export function followRuns({ traces, queries, labels, log }: RunThreadsParts, show: (trace: Trace) => void): { dispose(): void } {
  const known = new Set<string>()
  /** Rollouts to look at, by run; `all` = those labelled last. */
  const waiting = new Map<string, Set<string> | 'all'>()
  let timer: NodeJS.Timeout | undefined
  let over = false
  const wait = (run: string, rollouts: readonly string[] | 'all'): void => {
    const before = waiting.get(run)
    waiting.set(run, rollouts === 'all' || before === 'all' ? 'all' : new Set([...(before ?? []), ...rollouts]))
    timer ??= setTimeout(() => void showWaiting().catch((error: unknown) => log(`Threads of runs: ${String(error)}`)), GATHERED)
  }
  const showWaiting = async (): Promise<void> => {
    const taken = [...waiting]
    waiting.clear()
    try {
      for (const [run, rollouts] of taken) {
        const ids = rollouts === 'all' ? await labelledLast(queries, labels, run) : [...rollouts].slice(-MOST_TRACES)
        for (const id of ids) {
          if (over) return
          const trace = traces.of(traces.uriOf({ run, id })) ? undefined : await traces.peek({ run, id })
          if (trace) show(trace)
        }
      }
    } finally {
      timer = undefined
      // What came meanwhile was not taken.
      for (const [run, rollouts] of over ? [] : [...waiting]) wait(run, rollouts === 'all' ? 'all' : [...rollouts])
    }
  }
  const listening = [
    traces.onDidChange(({ place: { run } }) => {
      if (known.has(run)) return
      known.add(run)
      wait(run, 'all')
    }),
    labels.onDidChange(({ run, rollouts }) => {
      if (known.has(run)) wait(run, rollouts.length === 0 ? 'all' : rollouts)
    })
  ]
  return {
    dispose: () => {
      over = true
      clearTimeout(timer)
      listening.forEach((each) => each.dispose())
    }
  }
}

/** Ids of rollouts of which something was written, the newest first. */
async function labelledLast(queries: Pick<Queries, 'ask'>, labels: Pick<Labels, 'of'>, run: string): Promise<readonly string[]> {
  const found = new Set<string>()
  // Reading any label tells the query process where those of the run lie.
  await labels.of({ run, id: '' })
  for (let page = 0; page < MOST_PAGES && found.size < MOST_TRACES; page += 1) {
    const { labels: read, count } = await queries.ask('labels/page', { run, offset: page * PAGE_ROWS, limit: PAGE_ROWS })
    for (const { rollout } of read) found.add(rollout)
    if ((page + 1) * PAGE_ROWS >= count) break
  }
  return [...found].slice(0, MOST_TRACES)
}
