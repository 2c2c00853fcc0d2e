import type { CommonNotices, CommonRequests } from './connection.ts'

export interface PlaygroundStart {
  readonly label: string
  readonly model: string
  readonly saved: unknown
  /** Sampling that an earlier load of the page asked for, and whose answer no page has had: `sample` with this id joins it. */
  readonly pending?: string
}

export interface SampleRequest {
  readonly prompt: string
  readonly count: number
  readonly maxTokens: number
  readonly temperature: number
  readonly topP: number
  readonly topK: number
  readonly seed: number
}

export interface PlaygroundRequests extends CommonRequests {
  readonly ready: { readonly params: Record<string, never>; readonly result: PlaygroundStart }
  /**
   * Answers when all completions are there; cancelling it stops the process. It goes on while the page is hidden; where one of this
   * id is pending, it is joined, and what was written so far told again.
   */
  readonly sample: { readonly params: SampleRequest & { readonly id: string }; readonly result: { readonly seconds: number } }
}

/** What is written of one of the asked completions so far. */
export interface Completion {
  readonly index: number
  readonly text: string
  readonly done: boolean
  readonly stopReason?: string
  readonly tokens?: number
  /** Of a token, in nats. */
  readonly meanLogprob?: number
}

export interface PlaygroundNotices extends CommonNotices {
  /** `sample` is the id of the request that it answers. */
  readonly completion: Completion & { readonly sample: string }
}
