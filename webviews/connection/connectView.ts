/**
 * The page's end of the RPC between a view and the extension host. One call per page:
 *
 *     const view = connectView<InspectorRequests, InspectorNotices>()
 *     const start = await view.ask('ready', {})
 */
import { CancellationTokenSource, createMessageConnection } from 'vscode-jsonrpc/browser'
import type { MessageConnection } from 'vscode-jsonrpc/browser'
import type { QueryParams, QueryRequest, QueryResults } from '../../trainer/protocol/queries.ts'
import { PageReader, PageWriter } from './pageTransport.ts'
import type { HostApi } from './pageTransport.ts'
import { stateKeeper } from './stateKeeper.ts'
import { toViewError, ViewError } from './viewError.ts'

declare function acquireVsCodeApi(): HostApi

/** Requests of a view: name → parameters and result. */
type RequestsOf<R> = { readonly [N in keyof R]: { readonly params: unknown; readonly result: unknown } }

export interface ViewConnection<R extends RequestsOf<R>, Notices> {
  /** Asks the host. Rejects with a ViewError. Aborting the signal cancels the request at the other end too. */
  ask<N extends keyof R & string>(name: N, params: R[N]['params'], signal?: AbortSignal): Promise<R[N]['result']>
  /** Asks the query process, through the host. */
  query<Q extends QueryRequest>(request: Q, params: QueryParams<Q>, signal?: AbortSignal): Promise<QueryResults[Q]>
  /** Calls back with every notice of this name until the returned function is called. */
  on<N extends keyof Notices & string>(notice: N, handler: (payload: Notices[N]) => void): () => void
  /** Kept over hiding the view and reloading the window. Anything that structured cloning takes; keep it small. */
  saveState(state: unknown): void
}

export function connectView<R extends RequestsOf<R>, Notices>(): ViewConnection<R, Notices> {
  const host = acquireVsCodeApi()
  const load = crypto.randomUUID()
  const connection = createMessageConnection(new PageReader(load), new PageWriter(load, host))
  connection.listen()
  const listen = noticeListeners(connection)
  const ask = (name: string, params: unknown, signal?: AbortSignal) => request(connection, name, params, signal)
  // Before the first question of the page: the host answers it with the state that it was told.
  const keeper = stateKeeper(host, readIdentity(), (state) => void ask('saveState', state).catch(reportLost))
  addEventListener('pagehide', keeper.flush)
  document.addEventListener('visibilitychange', keeper.flush)
  return {
    ask: (name, params, signal) => ask(name, params, signal) as Promise<R[typeof name]['result']>,
    query: <Q extends QueryRequest>(name: Q, params: QueryParams<Q>, signal?: AbortSignal) =>
      ask('query', [name, params], signal) as Promise<QueryResults[Q]>,
    on: (notice, handler) => listen(notice, handler as (payload: unknown) => void),
    saveState: keeper.keep
  }
}

function request(connection: MessageConnection, name: string, params: unknown, signal?: AbortSignal): Promise<unknown> {
  if (!signal) return connection.sendRequest(name, params).catch(rethrow)
  if (signal.aborted) return Promise.reject(givenUp())
  const source = new CancellationTokenSource()
  return new Promise((resolve, reject) => {
    // Whoever gave up does not wait until the other end has noticed.
    const cancel = () => {
      source.cancel()
      reject(givenUp())
    }
    signal.addEventListener('abort', cancel)
    connection.sendRequest(name, params, source.token).then(resolve, (error: unknown) => reject(toViewError(error))).finally(() => {
      signal.removeEventListener('abort', cancel)
      source.dispose()
    })
  })
}

const givenUp = () => new ViewError('given up', { code: 'cancelled', remedy: '' })

function rethrow(error: unknown): never {
  throw toViewError(error)
}

/** vscode-jsonrpc keeps one handler per notice; several parts of a view listen to the same one. */
function noticeListeners(connection: MessageConnection): (notice: string, handler: (payload: unknown) => void) => () => void {
  const all = new Map<string, Set<(payload: unknown) => void>>()
  return (notice, handler) => {
    let handlers = all.get(notice)
    if (!handlers) {
      const added = new Set<(payload: unknown) => void>()
      all.set(notice, added)
      connection.onNotification(notice, (payload: unknown) => added.forEach((each) => each(payload)))
      handlers = added
    }
    const listening = handlers
    listening.add(handler)
    return () => void listening.delete(handler)
  }
}

/** The host wrote what the view is of into the page, as JSON. */
function readIdentity(): unknown {
  const text = document.body.dataset['identity']
  return text === undefined ? null : (JSON.parse(text) as unknown)
}

function reportLost(error: unknown): void {
  console.warn('The state of this view was not saved:', error)
}
