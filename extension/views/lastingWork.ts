import type { CancellationToken } from 'vscode-jsonrpc/node'

/**
 * Work of a panel that goes on while its page is hidden, one at a time. The next page asks for it by the same id, and has its
 * answer even where it ended meanwhile; an answer that a page was there to take is forgotten.
 */
export interface LastingWork<Result> {
  /** Of the work whose answer nobody has had yet. */
  readonly pending: string | undefined
  /**
   * Joins the pending work of this id; else begins it, in the place of other work, which is stopped.
   * @param token of the request: cancelling it stops the work
   * @param gone cancelled once the page that asks is no more
   */
  run(id: string, work: (signal: AbortSignal) => Promise<Result>, token: CancellationToken, gone: CancellationToken): Promise<Result>
  dispose(): void
}

interface Work<Result> {
  readonly id: string
  readonly stop: AbortController
  readonly ended: Promise<Result>
}

export function lastingWork<Result>(): LastingWork<Result> {
  let current: Work<Result> | undefined
  const begin = (id: string, work: (signal: AbortSignal) => Promise<Result>): Work<Result> => {
    current?.stop.abort()
    const stop = new AbortController()
    return (current = { id, stop, ended: work(stop.signal) })
  }
  const forget = (work: Work<Result>) => {
    if (current === work) current = undefined
  }
  return {
    get pending() {
      return current?.id
    },
    run: async (id, work, token, gone) => {
      const joined = current?.id === id ? current : begin(id, work)
      const listening = token.onCancellationRequested(() => {
        joined.stop.abort()
        forget(joined)
      })
      try {
        return await joined.ended
      } finally {
        listening.dispose()
        if (!gone.isCancellationRequested) forget(joined)
      }
    },
    dispose: () => current?.stop.abort()
  }
}
