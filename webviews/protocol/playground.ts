import type { CommonNotices, CommonRequests } from './connection.ts'

export interface PlaygroundStart {
  readonly label: string
  readonly model: string
  readonly saved: unknown
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
  /** Answers when all completions are there; cancelling it stops the process. */
  readonly sample: { readonly params: SampleRequest; readonly result: { readonly seconds: number } }
}

export interface PlaygroundNotices extends CommonNotices {
  readonly completion: { readonly index: number; readonly text: string; readonly done: boolean; readonly stopReason?: string; readonly meanLogprob?: number }
}
