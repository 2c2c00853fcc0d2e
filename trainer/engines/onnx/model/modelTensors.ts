import type { Tensor } from 'onnxruntime-node'
import { parameterTensors } from '../training/batchFeeds.ts'
import { rotaryAngles } from './decoderGraph.ts'
import type { ModelConfig } from './modelConfig.ts'
import type { ParameterLayout } from './parameterLayout.ts'

/** What every run of a sampling graph is fed. */
export interface ModelTensors {
  readonly parameters: Readonly<Record<string, Tensor>>
  /** [positions, headSize / 2], times headSize^−¼. */
  readonly cos: Float32Array
  readonly sin: Float32Array
  readonly positions: number
}

/**
 * Rotary tables that carry the attention scale: queries and keys are both rotated by them, so that each brings headSize^−¼
 * and their product headSize^−½.
 */
export function scaledRotary(config: ModelConfig, positions: number): Omit<ModelTensors, 'parameters'> {
  const { cos, sin } = rotaryAngles(config, positions)
  const scale = config.headSize ** -0.25
  return { positions, cos: cos.map((x) => x * scale), sin: sin.map((x) => x * scale) }
}

/** Views of a flat parameter vector beside the tables. */
export const modelTensors = (layout: ParameterLayout, weights: Float32Array, rotary: Omit<ModelTensors, 'parameters'>): ModelTensors =>
  ({ ...rotary, parameters: parameterTensors(layout, weights) })
