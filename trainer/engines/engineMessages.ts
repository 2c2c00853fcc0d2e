/**
 * The engine contract as JSON-RPC messages. Arrays of numbers travel as JSON: 192 completions of 60 tokens with five arrays
 * each cost about 5 ms to write and read, and any language can speak it.
 */
import { NotificationType, RequestType, RequestType0 } from 'vscode-jsonrpc/node'
import type { Message } from '../protocol/problem.ts'
import type {
  EngineInfo, ForwardBackwardResult, Loss, ModelInfo, ModelSource, OptimizerStep, OptimizerStepResult, SampledCompletion, SamplePrompt,
  SamplingParameters, SequenceLogprobs, TokenSequence, TrainSequence
} from './engine.ts'
import type { WireError } from './wireError.ts'

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

export const requests = {
  info: new RequestType0<EngineInfo, WireError>('engine/info'),
  loadModel: new RequestType<{ source: ModelSource }, ModelInfo, WireError>('engine/loadModel'),
  encode: new RequestType<{ texts: readonly string[] }, number[][], WireError>('engine/encode'),
  decode: new RequestType<{ tokens: readonly (readonly number[])[] }, string[], WireError>('engine/decode'),
  renderChat: new RequestType<{ conversations: readonly (readonly Message[])[] }, string[], WireError>('engine/renderChat'),
  /** Answers with the completions that no `Progress` has reported. */
  sample: new RequestType<SampleRequest, SampledCompletion[], WireError>('engine/sample'),
  logprobs: new RequestType<{ sequences: readonly TokenSequence[]; snapshot?: string }, SequenceLogprobs[], WireError>('engine/logprobs'),
  forwardBackward: new RequestType<{ data: readonly TrainSequence[]; loss: Loss }, ForwardBackwardResult, WireError>('engine/forwardBackward'),
  optimStep: new RequestType<{ step: OptimizerStep }, OptimizerStepResult, WireError>('engine/optimStep'),
  resetOptimizer: new RequestType0<null, WireError>('engine/resetOptimizer'),
  snapshot: new RequestType<{ name: string }, null, WireError>('engine/snapshot'),
  restore: new RequestType<{ name: string }, null, WireError>('engine/restore'),
  dropSnapshot: new RequestType<{ name: string }, null, WireError>('engine/dropSnapshot'),
  save: new RequestType<{ folder: string; optimizer: boolean; dtype: 'float32' | 'bfloat16' }, null, WireError>('engine/save'),
  load: new RequestType<{ folder: string; optimizer: boolean }, ModelInfo, WireError>('engine/load'),
  gradients: new RequestType0<Record<string, number[]>, WireError>('engine/gradients')
} as const

export const progress = new NotificationType<Progress>('engine/progress')
