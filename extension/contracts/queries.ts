import type { CancellationToken, Disposable, Event } from 'vscode'
import type { QueryNotices, QueryParams, QueryRequest, QueryResults } from '../../trainer/protocol/queries.ts'

/** The query process, started when first asked and again when it dies. */
export interface Queries extends Disposable {
  ask<R extends QueryRequest>(request: R, parameters: QueryParams<R>, token?: CancellationToken): Promise<QueryResults[R]>
  readonly onChanged: Event<QueryNotices['changed']>
  readonly onViewChanged: Event<QueryNotices['viewChanged']>
  readonly onLabelsChanged: Event<QueryNotices['labelsChanged']>
  readonly onSearchHits: Event<QueryNotices['searchHits']>
  /** Adds to what is watched; the union over all callers is what the process watches. */
  watch(what: { readonly runs: readonly string[]; readonly folders: readonly string[] }): Disposable
  /** The process was started again: open views anew. */
  readonly onRestarted: Event<void>
}
