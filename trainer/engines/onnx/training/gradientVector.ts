import { gradientOutput } from './trainingGraph.ts'
import { headTensors, parameterTensors } from './batchFeeds.ts'
import type { Feeds } from './batchFeeds.ts'
import { rewardHeadSlots } from '../model/parameterLayout.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'

/**
 * The accumulated gradient, laid out as the parameters. The first micro-batch writes straight into it, each later one into
 * a second vector that is then added: sums in one fixed order.
 */
export class GradientVector {
  private readonly layout: ParameterLayout
  private readonly sum: Float32Array
  private readonly sumOutputs: Feeds
  private addend: Float32Array | undefined
  private addendOutputs: Feeds = {}
  private filled = false

  constructor(layout: ParameterLayout) {
    this.layout = layout
    this.sum = new Float32Array(layout.total)
    this.sumOutputs = parameterTensors(layout, this.sum, gradientOutput)
  }

  /** False as long as nothing has been accumulated since the last `clear`. */
  get hasGradient(): boolean {
    return this.filled
  }

  /** Where a run of the training graph, with or without the reward head, is to write its gradients; call `written` after it. */
  outputs(withHead: boolean): Feeds {
    if (!this.filled) return this.outputsOf(this.sum, this.sumOutputs, withHead)
    if (!this.addend) {
      this.addend = new Float32Array(this.layout.total)
      this.addendOutputs = parameterTensors(this.layout, this.addend, gradientOutput)
    }
    return this.outputsOf(this.addend, this.addendOutputs, withHead)
  }

  /** A graph without the head leaves the head's part alone, which then may hold what an earlier one wrote. */
  private outputsOf(flat: Float32Array, outputs: Feeds, withHead: boolean): Feeds {
    if (withHead) return { ...outputs, ...headTensors(this.layout, flat, gradientOutput) }
    for (const { offset, size } of rewardHeadSlots(this.layout)) flat.fill(0, offset, offset + size)
    return outputs
  }

  written(): void {
    if (this.filled) addInto(this.sum, this.addend!)
    this.filled = true
  }

  clear(): void {
    this.filled = false
  }

  /** The accumulated gradient itself, zeros where there is none. */
  values(): Float32Array {
    if (!this.filled) this.sum.fill(0)
    return this.sum
  }
}

function addInto(sum: Float32Array, addend: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += addend[i]!
}
