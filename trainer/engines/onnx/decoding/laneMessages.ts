import type { WireError } from '../../wireError.ts'
import type { SampledCompletion, SampleEvents, SamplePrompt, SamplingParameters } from '../../engine.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import type { SamplerOptions } from './sampler.ts'

/** The model of a lane: what it is, its tokenizer's files, and how much of the machine the lane may use. */
export interface LaneModel {
  /** Folder, for errors. */
  readonly place: string
  readonly config: ModelConfig
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly limits: SamplerOptions
}

export interface LaneSample {
  readonly kind: 'sample'
  readonly prompts: readonly SamplePrompt[]
  readonly parameters: SamplingParameters
  readonly partial: boolean
  /** The flat vector, moved to the lane and back: onnxruntime refuses shared memory. */
  readonly weights: ArrayBuffer
  /** One int32; not 0 = cancelled. */
  readonly cancelled: SharedArrayBuffer
}

export type ToLane = { readonly kind: 'open'; readonly model: LaneModel } | LaneSample | { readonly kind: 'close' }

/** Indices are those of the lane's own share. A call ends with `done`, which brings the weights back, or `failed`. */
export type FromLane =
  | { readonly kind: 'finished'; readonly completion: SampledCompletion }
  | { readonly kind: 'partial'; readonly parts: Parameters<NonNullable<SampleEvents['partial']>>[0] }
  | { readonly kind: 'done'; readonly weights: ArrayBuffer }
  | { readonly kind: 'failed'; readonly error: WireError }
