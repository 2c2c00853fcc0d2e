import { DecodeLanes } from './decodeLanes.ts'
import { Sampler } from './sampler.ts'
import type { CompletionSampler } from './decodeLanes.ts'
import type { ModelDescription } from '../files/hfFolder.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'
import type { SamplerOptions } from './sampler.ts'
import type { Tokenizer } from '../text/tokenizer.ts'

/** Each lane has a copy of the weights and needs rows enough to fill its matrix products. */
const MOST_LANES = 8
/** Floats of the flat vector beyond which the copies cost too much memory; products so large also share out well. */
const MOST_COPIED = 48 * 2 ** 20
const SLOTS = 128
const LEAST_KEY_VALUE_BYTES = 64 * 2 ** 20

export interface SampledModel {
  /** Folder, for errors. */
  readonly place: string
  readonly description: ModelDescription
  readonly layout: ParameterLayout
  readonly tokenizer: Tokenizer
}

/** Lanes where there are threads for several and the model is small; otherwise a sampler in this thread. */
export function completionSampler(model: SampledModel, threads: number): CompletionSampler {
  const { place, layout, description: { config, files } } = model
  const threadsOfLane = layout.total > MOST_COPIED ? threads : Math.ceil(threads / MOST_LANES)
  const lanes = Math.floor(threads / threadsOfLane)
  const limits = {
    threads: threadsOfLane, slots: Math.ceil(SLOTS / lanes),
    keyValueBytes: Math.max(LEAST_KEY_VALUE_BYTES, 2 * layout.total * Float32Array.BYTES_PER_ELEMENT) / lanes
  }
  return lanes === 1 ? inThisThread(model, limits) : new DecodeLanes({ place, config, files, limits }, lanes)
}

function inThisThread({ description: { config }, layout, tokenizer }: SampledModel, limits: SamplerOptions): CompletionSampler {
  const sampler = new Sampler(config, layout, limits)
  return {
    sample: (weights, prompts, parameters, events, signal) => sampler.sample(weights, prompts, parameters, { newText: () => tokenizer.incremental(), events }, signal),
    weightsChanged: () => undefined,
    close: () => sampler.close()
  }
}
