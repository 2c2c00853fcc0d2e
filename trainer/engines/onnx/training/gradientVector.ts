import { gradientOutput } from './trainingGraph.ts'
import { parameterTensors } from './batchFeeds.ts'
import type { Feeds } from './batchFeeds.ts'
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

  /** Where a run of the training graph is to write its gradients; call `written` after it. */
  outputs(): Feeds {
    if (!this.filled) return this.sumOutputs
    if (!this.addend) {
      this.addend = new Float32Array(this.layout.total)
      this.addendOutputs = parameterTensors(this.layout, this.addend, gradientOutput)
    }
    return this.addendOutputs
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
