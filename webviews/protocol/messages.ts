/** A message between a webview and its host: requests carry an id that the answer repeats. */
export interface ViewMessage {
  readonly id?: number
  readonly method: string
  readonly params?: unknown
}
