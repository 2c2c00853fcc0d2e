import { checkOptimizerStep } from '../../checkTraining.ts'
import type { LabError } from '../../../errors.ts'
import { AdamWKernel } from './adamWKernel.ts'
import { firstNotFinite, notFiniteError } from './notFinite.ts'
import type { Squares } from './adamWKernel.ts'
import type { OptimizerStep, OptimizerStepResult } from '../../engine.ts'
import { rewardHeadSlots } from '../model/parameterLayout.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'

/** What AdamW remembers between steps, laid out as the parameters. Saved with a checkpoint. */
export interface OptimizerState {
  /** Steps taken; the bias correction depends on it. */
  step: number
  readonly firstMoment: Float32Array
  readonly secondMoment: Float32Array
}

/** torch.nn.utils.clip_grad_norm_ adds this to the norm it divides by. */
const CLIP_EPSILON = 1e-6

/**
 * AdamW (Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101) as torch.optim.AdamW computes it, and plain SGD, in place
 * on the flat parameter vector. Weight decay is decoupled in AdamW and part of the gradient in SGD, as in PyTorch; like
 * PyTorch's default it acts on every parameter, norms and biases included. The gradient is clipped to a global norm first.
 */
export class Optimizer {
  private readonly layout: ParameterLayout
  private readonly kernel = new AdamWKernel()
  private moments: OptimizerState | undefined

  constructor(layout: ParameterLayout) {
    this.layout = layout
  }

  /** Undefined before the first AdamW step. */
  get state(): OptimizerState | undefined {
    return this.moments
  }

  /** Takes over a saved state, or forgets moments and step count. */
  reset(state?: OptimizerState): void {
    this.moments = state
  }

  /**
   * One update. A gradient that is not finite rejects with `engine/not-finite`, naming the tensor, before anything changes; an
   * update that leaves the range of numbers rejects in the same way after it.
   */
  step(parameters: Float32Array, gradient: Float32Array, step: OptimizerStep): OptimizerStepResult {
    checkOptimizerStep(step)
    const gradNorm = Math.sqrt(this.gradientSquares(gradient))
    const gradientScale = step.maxGradNorm > 0 ? Math.min(1, step.maxGradNorm / (gradNorm + CLIP_EPSILON)) : 1
    const squares = step.name === 'sgd'
      ? sgd(parameters, gradient, gradientScale, step.learningRate, step.weightDecay)
      : this.adamW(parameters, gradient, gradientScale, step)
    if (!Number.isFinite(squares.update + squares.parameter)) throw this.diverged(parameters)
    return { gradNorm, updateNorm: Math.sqrt(squares.update), parameterNorm: Math.sqrt(squares.parameter) }
  }

  /** Names the first tensor with a number that is not finite, or else the first whose squares are beyond single precision. */
  private diverged(parameters: Float32Array): LabError {
    const broken = firstNotFinite(this.layout, parameters)
    if (broken !== undefined) return notFiniteError(broken, 'after the update')
    const slots = [...this.layout.slots, ...rewardHeadSlots(this.layout)]
    const squares = slots.map(({ offset, size }) => Math.fround(sumOfSquares(parameters, offset, offset + size)))
    const grown = Math.max(0, squares.findIndex((value) => !Number.isFinite(value)))
    return notFiniteError(slots[grown]!.name, 'the square of its norm, after the update')
  }

  private gradientSquares(gradient: Float32Array): number {
    return [...this.layout.slots, ...rewardHeadSlots(this.layout)].reduce((total, { name, offset, size }) => {
      const squares = sumOfSquares(gradient, offset, offset + size)
      if (!Number.isFinite(squares)) throw notFiniteError(name, 'in the accumulated gradient')
      return total + squares
    }, 0)
  }

  private adamW(parameters: Float32Array, gradient: Float32Array, gradientScale: number, step: OptimizerStep): Squares {
    const state = this.moments ??= { step: 0, firstMoment: new Float32Array(this.layout.total), secondMoment: new Float32Array(this.layout.total) }
    state.step++
    return this.kernel.step({ parameters, gradient, firstMoment: state.firstMoment, secondMoment: state.secondMoment }, {
      gradientScale,
      beta1: step.beta1,
      beta2: step.beta2,
      keep: 1 - step.learningRate * step.weightDecay,
      rate: step.learningRate / (1 - step.beta1 ** state.step),
      secondCorrection: 1 / (1 - step.beta2 ** state.step),
      epsilon: step.epsilon
    })
  }
}

/** Four partial sums, so that one addition need not wait for the one before. */
function sumOfSquares(values: Float32Array, start: number, end: number): number {
  let [a, b, c, d] = [0, 0, 0, 0]
  let i = start
  for (; i + 3 < end; i += 4) {
    a += values[i]! * values[i]!
    b += values[i + 1]! * values[i + 1]!
    c += values[i + 2]! * values[i + 2]!
    d += values[i + 3]! * values[i + 3]!
  }
  for (; i < end; i++) a += values[i]! * values[i]!
  return a + b + c + d
}

function sgd(parameters: Float32Array, gradient: Float32Array, gradientScale: number, learningRate: number, weightDecay: number): Squares {
  let update = 0
  let parameter = 0
  for (let i = 0; i < parameters.length; i++) {
    const old = parameters[i]!
    const change = learningRate * (gradient[i]! * gradientScale + weightDecay * old)
    parameters[i] = old - change
    // As it is kept: a number can leave the range of single precision alone.
    const next = parameters[i]!
    update += change * change
    parameter += next * next
  }
  return { update, parameter }
}
