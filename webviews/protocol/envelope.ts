/**
 * What crosses postMessage: a JSON-RPC message of one load of the page. A page that is hidden and shown again is a new load, so
 * that an answer to the old one cannot be taken for an answer to the new one.
 */
export interface Envelope {
  readonly load: string
  readonly message: object
}

/** What a page keeps in VS Code's own state: enough to build the view again after a reload of the window. */
export interface KeptState {
  /** What the view is of, as the host wrote it into the page. */
  readonly identity: unknown
  /** What the page wants back. */
  readonly state: unknown
}

export function isEnvelope(data: unknown): data is Envelope {
  if (typeof data !== 'object' || data === null || !('load' in data) || !('message' in data)) return false
  return typeof data.load === 'string' && typeof data.message === 'object' && data.message !== null
}
