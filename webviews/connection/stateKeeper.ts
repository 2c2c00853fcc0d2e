import type { KeptState } from '../protocol/envelope.ts'
import type { HostApi } from './pageTransport.ts'

/** The host is told at most so often: it needs what a page keeps only once that page is gone. */
const TELL_PAUSE_MS = 250

export interface StateKeeper {
  keep(state: unknown): void
  /** Tells the host at once what it was not told yet: the page may be about to go. */
  flush(): void
}

/**
 * Keeps a page's state in VS Code at once, which gives it back to the next load of the page, and with the host a little later.
 * A page that goes takes what the host was not told with it, so each load begins by telling what the one before kept.
 */
export function stateKeeper(host: Pick<HostApi, 'getState' | 'setState'>, identity: unknown, tellHost: (state: unknown) => void, pauseMs = TELL_PAUSE_MS): StateKeeper {
  let untold: { readonly state: unknown } | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (untold) tellHost(untold.state)
    untold = undefined
  }
  const before = (host.getState() as KeptState | undefined)?.state ?? null
  host.setState({ identity, state: before } satisfies KeptState)
  if (before !== null) tellHost(before)
  return {
    keep: (state) => {
      host.setState({ identity, state } satisfies KeptState)
      untold = { state }
      timer ??= setTimeout(flush, pauseMs)
    },
    flush
  }
}
