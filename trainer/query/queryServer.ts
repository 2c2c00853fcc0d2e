import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node'
import { LabError } from '../errors.ts'
import { QUERY_REQUESTS } from '../protocol/queries.ts'
import type { QueryNotices, QueryRequest } from '../protocol/queries.ts'
import { LabelFollower } from './labels/labelFollower.ts'
import { toResponseError } from './queryError.ts'
import { queryHandlers } from './queryHandlers.ts'
import type { QueryState } from './queryState.ts'
import { Watcher } from './watcher.ts'

/** After the first answer: the lists that a window begins with are asked for together, and loading DuckDB would keep them waiting. */
const REST_MS = 50

/** Answers the requests of protocol/queries.ts over a connection until it ends. */
export function serveQueries(connection: MessageConnection, state: QueryState): void {
  const notify = <N extends keyof QueryNotices>(notice: N, value: QueryNotices[N]): void => {
    // A connection that cannot take it has lost its reader, which ends this process elsewhere.
    connection.sendNotification(notice, value).catch(() => undefined)
  }
  const updates = new Updates(state, notify)
  const asked = new Watcher((changed) => notify('changed', changed))
  const viewed = new Watcher(({ run, what }) => {
    if (run !== undefined && what.includes('rollouts')) updates.due(run)
  })
  const viewsChanged = (): void => {
    viewed.watch(state.watched, [])
    for (const run of state.outdated) updates.due(run)
    if (state.unfinished) updates.due()
  }
  const follower = new LabelFollower(state.labels)
  state.labels.onChanged((run, rollouts, directory) => {
    notify('labelsChanged', { run, rollouts })
    updates.due(directory)
  })
  const rest = once(() => setTimeout(() => state.db.makeReady(), REST_MS).unref())
  const handlers = queryHandlers({ state, notify, viewsChanged, labelsFollowed: () => follower.follow(), watch: (runs, folders) => asked.watch(runs, folders) })
  for (const request of Object.keys(QUERY_REQUESTS) as QueryRequest[]) {
    connection.onRequest(request, async (parameters: unknown, token: CancellationToken) => {
      try {
        // Each handler takes what its own schema gives.
        const handler = handlers[request] as (parameters: unknown, signal: AbortSignal) => unknown
        return await state.using(() => handler(checked(request, parameters), signalOf(token)))
      } catch (error) {
        throw toResponseError(error)
      } finally {
        rest()
      }
    })
  }
  connection.onClose(() => {
    asked.close()
    viewed.close()
    follower.close()
    state.close()
  })
}

function once(work: () => void): () => void {
  let done = false
  return () => {
    if (!done) work()
    done = true
  }
}

function checked(request: QueryRequest, parameters: unknown): unknown {
  const result = QUERY_REQUESTS[request].safeParse(parameters ?? {})
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new LabError('usage', 'wrong-parameters', `${request}: ${issue?.path.join('.')} ${issue?.message}`.trim(), {
    place: issue?.path.join('.') ?? request, remedy: 'Ask as protocol/queries.ts says.'
  })
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController()
  if (token.isCancellationRequested) controller.abort()
  token.onCancellationRequested(() => controller.abort())
  return controller.signal
}

/** Brings views up to date, one round at a time; what comes meanwhile is one round more. */
class Updates {
  readonly #state: QueryState
  readonly #notify: (notice: 'viewChanged', value: QueryNotices['viewChanged']) => void
  readonly #due = new Set<string>()
  #working = false

  constructor(state: QueryState, notify: (notice: 'viewChanged', value: QueryNotices['viewChanged']) => void) {
    this.#state = state
    this.#notify = notify
  }

  due(run?: string): void {
    if (run !== undefined) this.#due.add(run)
    if (this.#working) return
    this.#working = true
    this.#work().catch((error: unknown) => process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)).finally(() => { this.#working = false })
  }

  async #work(): Promise<void> {
    while (this.#due.size > 0 || this.#state.unfinished) {
      const runs = [...this.#due]
      this.#due.clear()
      for (const info of await this.#state.update(runs)) this.#notify('viewChanged', info)
    }
  }
}
