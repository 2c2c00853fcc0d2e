import type { ViewMessage } from './protocol/messages.ts'

/** Calls back with each message of the host; the returned function stops it. */
export function onHostMessage(handle: (message: ViewMessage) => void): () => void {
  const listen = (event: MessageEvent<ViewMessage>): void => handle(event.data)
  window.addEventListener('message', listen)
  return () => window.removeEventListener('message', listen)
}
