import path from 'node:path'
import { METRIC_DEFINITIONS } from '../evals/metricDefinitions.ts'
import type { QueryNotices, QueryParams, QueryRequest, QueryResults } from '../protocol/queries.ts'
import type { Excerpt } from '../protocol/rolloutViews.ts'
import { annotate } from '../stores/annotationStore.ts'
import { sqlText } from '../stores/duckDb.ts'
import { RUN_FILES } from '../stores/runLayout.ts'
import { readTokenUpdate } from '../stores/tokenUpdates.ts'
import { compareRuns } from './compareRuns.ts'
import { diagnoseRun } from './diagnoseRun.ts'
import { executionHandlers } from './executions/executionHandlers.ts'
import { groupAttempts } from './groupAttempts.ts'
import { labelHandlers } from './labels/labelHandlers.ts'
import { eventsSince, metricsSince } from './lineFiles.ts'
import { ofReadableRuns } from './namedRuns.ts'
import { byIds } from './placedRows.ts'
import type { PlacedRow } from './placedRows.ts'
import { plannedStages } from './plannedStages.ts'
import { readPlaced } from './readPlaced.ts'
import type { QueryState } from './queryState.ts'
import { realRunDirectory } from './realRunDirectory.ts'
import { rolloutRows, unionOf } from './rolloutRows.ts'
import { readTexts } from './rolloutTexts.ts'
import { cardOf, listCards, requireReadableRun } from './runCards.ts'
import { checkpointCards, runDetails, runSize } from './runDetails.ts'
import type { RunRollouts } from './runRollouts.ts'
import { searchTexts } from './textSearch.ts'
import { readWhole } from './wholeRollouts.ts'

export interface HandlerContext {
  readonly state: QueryState
  readonly watch: (runs: readonly string[], folders: readonly string[]) => void
  /** Open views have changed which runs are to be looked at. */
  readonly viewsChanged: () => void
  /** Labels of another run are to be followed. */
  readonly labelsFollowed: () => void
  readonly notify: <N extends keyof QueryNotices>(notice: N, value: QueryNotices[N]) => void
}

export type Handlers = { readonly [R in QueryRequest]: (parameters: QueryParams<R>, signal: AbortSignal) => QueryResults[R] | Promise<QueryResults[R]> }

/** The answer to each request. */
export function queryHandlers(context: HandlerContext): Handlers {
  return { ...runHandlers(context), ...viewHandlers(context), ...rolloutHandlers(context), ...executionHandlers(context.state), ...labelHandlers(context.state, context.labelsFollowed) }
}

type Some<R extends QueryRequest> = Pick<Handlers, R>

function runHandlers({ state, watch }: HandlerContext): Some<
  'runs/list' | 'runs/details' | 'runs/annotate' | 'runs/size' | 'runs/checkpoints' | 'runs/events' | 'runs/metrics' | 'runs/compare' | 'runs/diagnose' | 'runs/watch' | 'metrics/definitions'
> {
  return {
    'runs/list': ({ folders }) => listCards(folders),
    'runs/details': ({ run }) => runDetails(realRunDirectory(run), run),
    'runs/annotate': ({ run, ...change }) => {
      const directory = realRunDirectory(run)
      requireReadableRun(directory)
      annotate(directory, definedOnly(change))
      return cardOf(directory, run)
    },
    'runs/size': ({ run }) => runSize(realRunDirectory(run)),
    'runs/checkpoints': ({ run }) => checkpointCards(realRunDirectory(run), run),
    'runs/events': ({ run, offset, types }) => eventsSince(path.join(realRunDirectory(run), RUN_FILES.events), offset, types),
    'runs/metrics': ({ run, offset, names }) => {
      const directory = realRunDirectory(run)
      return { planned: plannedStages(directory), ...metricsSince(path.join(directory, RUN_FILES.metrics), offset, names) }
    },
    'runs/compare': ({ runs }, signal) => compareRuns(runs, (name) => state.wholeRun(name, signal), state.db),
    'runs/diagnose': async ({ run }, signal) => diagnoseRun(await state.wholeRun(run, signal), state.db, signal),
    'runs/watch': ({ runs, folders }) => {
      watch(runs, folders)
      return null
    },
    'metrics/definitions': () => METRIC_DEFINITIONS
  }
}

function viewHandlers({ state, viewsChanged, notify }: HandlerContext): Some<
  'rollouts/open' | 'rollouts/close' | 'rollouts/page' | 'groups/page' | 'rollouts/position' | 'rollouts/histogram' | 'rollouts/search'
> {
  return {
    'rollouts/open': async ({ runs, first, ...request }, signal) => {
      const opened = await state.openView(runs, request, first ?? 0, signal)
      viewsChanged()
      return opened
    },
    'rollouts/close': async ({ view }) => {
      await state.closeView(view)
      viewsChanged()
      return null
    },
    'rollouts/page': async ({ view, offset, limit }, signal) => {
      const found = state.view(view)
      const { generation } = found
      return { generation, rows: await found.rollouts(offset, limit, signal) }
    },
    'groups/page': async ({ view, offset, limit }, signal) => {
      const found = state.view(view)
      const { generation } = found
      return { generation, rows: await found.groups(offset, limit, signal) }
    },
    'rollouts/position': async ({ view, run, id }, signal) => {
      const found = state.view(view)
      const directory = realRunDirectory(run)
      const own = found.runs.find((one) => one.directory === directory)
      return { position: own === undefined ? null : await found.position(own, id, signal) }
    },
    'rollouts/histogram': ({ view, column, bins }, signal) => state.view(view).histogram(column, bins, signal),
    'rollouts/search': async ({ view, search, text, limit }, signal) => {
      const found = state.view(view)
      const searched = { ...(await found.searchable(signal)), runs: found.named, text, limit }
      return searchTexts(state.db, searched, ({ hits, searched: done }) => notify('searchHits', { search, hits, searched: done }), signal)
    }
  }
}

function rolloutHandlers({ state }: HandlerContext): Some<'rollouts/excerpts' | 'rollouts/one' | 'rollouts/update' | 'rollouts/group' | 'problems/history'> {
  return {
    'rollouts/excerpts': async ({ rollouts, characters }, signal) => {
      const texts = new Map<string, Excerpt>()
      for (const directory of new Set(rollouts.map(({ run }) => run))) {
        const wanted = byIds(rollouts.filter((one) => one.run === directory).map(({ id }) => id))
        const read = async (placed: readonly PlacedRow[]) => new Map((await readTexts(placed, { characters, signal })).map((text) => [text.row, text]))
        for (const { id, prompt, texts: own } of await readPlaced(state, directory, () => wanted, read, signal)) texts.set(`${directory} ${id}`, { prompt, completion: own.join('\n') })
      }
      return rollouts.map(({ run, id }) => texts.get(`${run} ${id}`) ?? null)
    },
    'rollouts/one': async ({ run, id, executions = true }, signal) => (await readPlaced(state, run, () => byIds([id]), (placed) => readWhole(placed, executions, signal), signal))[0] ?? null,
    'rollouts/update': ({ run, id }) => readTokenUpdate(realRunDirectory(run), id) ?? null,
    'rollouts/group': ({ run, group, attempt }, signal) => {
      const named = `"group" = ${sqlText(group)}`
      const latest = ({ table }: RunRollouts): string => (attempt === undefined ? `attempt = (SELECT max(attempt) FROM ${table} WHERE ${named})` : `attempt = ${attempt}`)
      return groupAttempts(state, run, (loaded) => `${named} AND ${latest(loaded)}`, signal)
    },
    'problems/history': async ({ runs, problemId, offset, limit }, signal) => {
      const { found: loaded, unread: failed } = await ofReadableRuns(runs, (directory) => state.wholeRun(directory, signal), (named) => named)
      const unread = failed.map(({ run, error }) => ({ run, why: error.message }))
      if (loaded.length === 0) return { count: 0, rows: [], unread }
      const all = await state.db.integers(`SELECT row FROM (${unionOf(loaded.map(({ run }) => run))}) WHERE problemId = $problemId ORDER BY step, kind, run, attempt, sampleIndex, row`, { parameters: { problemId }, signal })
      return { count: all.length, rows: await rolloutRows(state.db, loaded, all.subarray(offset, offset + limit), signal), unread }
    }
  }
}

function definedOnly<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
