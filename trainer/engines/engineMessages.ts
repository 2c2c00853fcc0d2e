/**
 * The engine contract as JSON-RPC messages. Arrays of numbers travel as JSON: 192 completions of 60 tokens with five arrays
 * each cost about 5 ms to write and read, and any language can speak it.
 */
import type { Message } from '../protocol/problem.ts'
import type {
  EngineInfo, ForwardBackwardResult, Loss, ModelInfo, ModelSource, OptimizerStep, OptimizerStepResult, SampledCompletion, SamplePrompt,
  SamplingParameters, SequenceLogprobs, TokenSequence, TrainSequence
} from './engine.ts'

export interface SampleRequest {
  /** Names the call in `Progress`. */
  readonly call: number
  readonly prompts: readonly SamplePrompt[]
  readonly parameters: SamplingParameters
  /** Which progress is wanted. */
  readonly finished: boolean
  readonly partial: boolean
}

/** What happened in a sampling call since the last message about it. */
export interface Progress {
  readonly call: number
  readonly finished: readonly SampledCompletion[]
  readonly partial: readonly { promptIndex: number; sampleIndex: number; text: string }[]
}

/** A request by name; the types of its parameters and of its answer are for the compiler only. */
export interface EngineRequest<Params extends object, Answer> {
  readonly method: string
  readonly types?: (params: Params) => Answer
}

const request = <Params extends object, Answer>(verb: string): EngineRequest<Params, Answer> => ({ method: `engine/${verb}` })
type None = Record<string, never>

export const requests = {
  info: request<None, EngineInfo>('info'),
  loadModel: request<{ source: ModelSource }, ModelInfo>('loadModel'),
  encode: request<{ texts: readonly string[] }, number[][]>('encode'),
  decode: request<{ tokens: readonly (readonly number[])[] }, string[]>('decode'),
  renderChat: request<{ conversations: readonly (readonly Message[])[] }, string[]>('renderChat'),
  /** Answers with the completions that no `Progress` has reported. */
  sample: request<SampleRequest, SampledCompletion[]>('sample'),
  logprobs: request<{ sequences: readonly TokenSequence[]; snapshot?: string }, SequenceLogprobs[]>('logprobs'),
  headValues: request<{ sequences: readonly TokenSequence[] }, number[][]>('headValues'),
  forwardBackward: request<{ data: readonly TrainSequence[]; loss: Loss }, ForwardBackwardResult>('forwardBackward'),
  optimStep: request<{ step: OptimizerStep }, OptimizerStepResult>('optimStep'),
  resetOptimizer: request<None, null>('resetOptimizer'),
  snapshot: request<{ name: string }, null>('snapshot'),
  restore: request<{ name: string }, null>('restore'),
  dropSnapshot: request<{ name: string }, null>('dropSnapshot'),
  save: request<{ folder: string; optimizer: boolean; dtype: 'float32' | 'bfloat16' }, null>('save'),
  load: request<{ folder: string; optimizer: boolean }, ModelInfo>('load'),
  gradients: request<None, Record<string, number[]>>('gradients')
} as const

/** The method of the notification that carries `Progress`. */
export const PROGRESS = 'engine/progress'

/** The method of the notification that carries an `EngineNotice` (engine.ts). */
export const NOTICE = 'engine/notice'
