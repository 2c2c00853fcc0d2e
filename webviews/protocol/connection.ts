/**
 * JSON-RPC between a view and the extension host (`vscode-jsonrpc` over postMessage; cancellation works both ways). A view may
 * ask the query process for anything that only reads (`query`, params = [name, parameters]); the host adds nothing but a check
 * that the runs asked for are those of the view or of a runs folder.
 */
import type { QueryNotices, QueryParams, QueryRequest, QueryResults } from '../../trainer/protocol/queries.ts'

/** Forwarded to the query process. */
export type QueryCall = <R extends QueryRequest>(request: R, parameters: QueryParams<R>) => Promise<QueryResults[R]>

/** What every view can be told. */
export interface CommonNotices {
  readonly changed: QueryNotices['changed']
  readonly viewChanged: QueryNotices['viewChanged']
  readonly searchHits: QueryNotices['searchHits']
  /** The query process was started again: views have to be opened anew. */
  readonly restarted: Record<string, never>
}

/** What every view can ask of the host. */
export interface CommonRequests {
  /** First call of a page; `state` is what it saved last, also over a reload of the window. */
  readonly ready: { readonly params: Record<string, never>; readonly result: unknown }
  readonly saveState: { readonly params: unknown; readonly result: null }
  /** Writes to the Rollout Lab log. */
  readonly log: { readonly params: { readonly level: 'info' | 'warn' | 'error'; readonly message: string }; readonly result: null }
}
