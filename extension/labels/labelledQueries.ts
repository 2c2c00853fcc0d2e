import type { CancellationToken, Disposable } from 'vscode'
import type { QueryParams, QueryRequest, QueryResults } from '../../trainer/protocol/queries.ts'
import type { Queries } from '../contracts/queries.ts'

/**
 * The query process as it answers about labels: before the first question about those of a run it is told where they lie, and
 * a process that took the place of one that died is told again. `labels/folder` tells what `folderOf` says, once. Free of `vscode`.
 */
export function withLabelFolders(queries: Queries, folderOf: (run: string) => string): Queries {
  const told = new Map<string, Promise<unknown>>()
  const tell = (run: string): Promise<unknown> => {
    const asked = queries.ask('labels/folder', { run, folder: folderOf(run) })
    told.set(run, asked)
    // The next question tells it again.
    asked.catch(() => told.delete(run))
    return asked
  }
  const ask = async <R extends QueryRequest>(request: R, parameters: QueryParams<R>, token?: CancellationToken): Promise<QueryResults[R]> => {
    await Promise.all(runsOf(request, parameters).map((run) => told.get(run) ?? tell(run)))
    return request === 'labels/folder' ? (null as QueryResults[R]) : queries.ask(request, parameters, token)
  }
  const restarted: Disposable = queries.onRestarted(() => {
    for (const run of told.keys()) void tell(run).catch(() => undefined)
  })
  const dispose = (): void => {
    restarted.dispose()
    queries.dispose()
  }
  return { ...queries, ask, dispose }
}

/** Runs whose labels a question is about. */
function runsOf(request: QueryRequest, parameters: unknown): readonly string[] {
  const { run, runs, filter } = parameters as { readonly run?: string; readonly runs?: readonly string[]; readonly filter?: { readonly labels?: unknown } }
  if (request.startsWith('labels/')) return run === undefined ? [] : [run]
  return filter?.labels === undefined ? [] : (runs ?? [])
}
