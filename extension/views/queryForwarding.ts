import type * as vscode from 'vscode'
import type { CancellationToken } from 'vscode-jsonrpc/node'
import type { QueryParams, QueryRequest } from '../../trainer/protocol/queries.ts'
import type { ViewInfo } from '../../trainer/protocol/rolloutViews.ts'
import type { Queries } from '../contracts/queries.ts'

/** What a page may ask of the query process: only what reads, never what writes or changes what is watched. */
const FORWARDED: ReadonlySet<string> = new Set<QueryRequest>([
  'runs/list', 'runs/details', 'runs/size', 'runs/checkpoints', 'runs/events', 'runs/metrics', 'runs/compare', 'runs/diagnose',
  'rollouts/open', 'rollouts/close', 'rollouts/page', 'groups/page', 'rollouts/excerpts', 'rollouts/position', 'rollouts/histogram',
  'rollouts/search', 'rollouts/one', 'rollouts/update', 'rollouts/group', 'rollouts/executions', 'rollouts/tests', 'metrics/definitions', 'problems/history',
  'labels/of', 'labels/states', 'labels/page', 'labels/orphans', 'labels/queue', 'labels/progress', 'labels/agreement', 'labels/disagreements', 'labels/preview'
])

/** A page asked for what it may not have; `code` and `remedy` reach the page. */
export class ForwardingError extends Error {
  readonly code = 'notForwarded'
  readonly remedy = 'Open the run from the Rollout Lab view.'
}

export interface QueryForwarding extends vscode.Disposable {
  forward(params: unknown, token: CancellationToken): Promise<unknown>
  /** The page is loaded anew: what the old one had open is closed. */
  pageLoaded(): void
}

export interface ForwardingRules {
  /** Whether a page may read this run: one of its own or of a runs folder. */
  readonly mayRead: (run: string) => boolean
  readonly mayList: (folder: string) => boolean
}

/** Forwards a page's queries and tells it of its own views and searches. */
export function forwardQueries(queries: Queries, rules: ForwardingRules, notify: (name: string, payload: unknown) => void): QueryForwarding {
  const views = new Set<string>()
  const searches = new Set<string>()
  const closeViews = () => {
    // The process forgets its views when it dies, so a failure to close one loses nothing.
    for (const view of views) queries.ask('rollouts/close', { view }).catch(() => views.delete(view))
    views.clear()
    searches.clear()
  }
  const listening = [
    queries.onViewChanged((info) => views.has(info.view) && notify('viewChanged', info)),
    queries.onSearchHits((hits) => searches.has(hits.search) && notify('searchHits', hits)),
    queries.onRestarted(() => {
      views.clear()
      searches.clear()
      notify('restarted', {})
    })
  ]
  const note = (request: QueryRequest, params: Record<string, unknown>, result: unknown) => {
    if (request === 'rollouts/open') views.add((result as ViewInfo).view)
    if (request === 'rollouts/close') views.delete(String(params['view']))
  }
  return {
    forward: async (asked, token) => {
      const { request, params } = readCall(asked)
      check(params, rules, views)
      const search = request === 'rollouts/search' ? String(params['search']) : undefined
      if (search !== undefined) searches.add(search)
      try {
        const result = await queries.ask(request, params as QueryParams<QueryRequest>, token)
        note(request, params, result)
        return result
      } finally {
        if (search !== undefined) searches.delete(search)
      }
    },
    pageLoaded: closeViews,
    dispose: () => {
      closeViews()
      listening.forEach((each) => each.dispose())
    }
  }
}

function readCall(asked: unknown): { request: QueryRequest; params: Record<string, unknown> } {
  if (!Array.isArray(asked) || typeof asked[0] !== 'string' || !FORWARDED.has(asked[0])) throw new ForwardingError('This view may not ask that.')
  const params: unknown = asked[1]
  if (typeof params !== 'object' || params === null || Array.isArray(params)) throw new ForwardingError('The question lacks its parameters.')
  return { request: asked[0] as QueryRequest, params: params as Record<string, unknown> }
}

/** Everything in the parameters that names a run, a folder or a view must be of this page. */
function check(params: Record<string, unknown>, rules: ForwardingRules, views: ReadonlySet<string>): void {
  const rollouts = arrayOf(params['rollouts']).map((each) => (typeof each === 'object' && each !== null && 'run' in each ? each.run : undefined))
  const runs = [...('run' in params ? [params['run']] : []), ...arrayOf(params['runs']), ...rollouts]
  for (const run of runs) if (typeof run !== 'string' || !rules.mayRead(run)) throw new ForwardingError(`This view may not read the run ${String(run)}.`)
  for (const folder of arrayOf(params['folders'])) {
    if (typeof folder !== 'string' || !rules.mayList(folder)) throw new ForwardingError(`This view may not list the folder ${String(folder)}.`)
  }
  if ('view' in params && !views.has(String(params['view']))) throw new ForwardingError('This list is not open any more.')
}

const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
