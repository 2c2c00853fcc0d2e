import assert from 'node:assert/strict'
import { Optimizer } from './optimizer.ts'
import { parameterLayout } from '../model/parameterLayout.ts'
import { randomStream } from '../../../random/random.ts'
import { tinyModels } from '../testing/tinyModels.ts'
import type { OptimizerStep } from '../../engine.ts'

const layout = parameterLayout(tinyModels['Llama, tied head']!)
const adamW: OptimizerStep = { name: 'adamw', learningRate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 0 }

/** Numbers at the parameters, zeros in the padding between them. */
function vector(name: string, scale = 1): Float32Array {
  const random = randomStream('optimizer', name)
  const values = new Float32Array(layout.total)
  for (const { offset, size } of layout.slots) for (let i = 0; i < size; i++) values[offset + i] = scale * random.normal()
  return values
}

const norm = (values: Iterable<number>): number => Math.sqrt([...values].reduce((sum, x) => sum + x * x, 0))

/** torch.optim.AdamW of one number, line by line from its documentation, in double precision. */
function referenceAdamW(start: number, gradients: readonly number[], s: OptimizerStep): number {
  let [theta, m, v] = [start, 0, 0]
  gradients.forEach((g, i) => {
    theta -= s.learningRate * s.weightDecay * theta
    m = s.beta1 * m + (1 - s.beta1) * g
    v = s.beta2 * v + (1 - s.beta2) * g * g
    const corrected = m / (1 - s.beta1 ** (i + 1))
    theta -= s.learningRate * corrected / (Math.sqrt(v / (1 - s.beta2 ** (i + 1))) + s.epsilon)
  })
  return theta
}

describe('optimizer', () => {
  it('AdamW: follows the reference over several steps, on every parameter', () => {
    const start = vector('start')
    const parameters = start.slice()
    const gradients = [vector('g0'), vector('g1', 1e-3), vector('g2', 30)]
    const optimizer = new Optimizer(layout)
    for (const gradient of gradients) optimizer.step(parameters, gradient, adamW)
    for (const { name, offset, size } of layout.slots) {
      for (let i = offset; i < offset + size; i++) {
        const expected = referenceAdamW(start[i]!, gradients.map((g) => g[i]!), adamW)
        assert.ok(Math.abs(parameters[i]! - expected) < 1e-6 * (1 + Math.abs(expected)), `${name}[${i - offset}]`)
      }
    }
    assert.equal(optimizer.state?.step, 3)
  })

  it('names the tensor where an update leaves the range of numbers', () => {
    const grown = layout.slots[2]!
    const gradient = new Float32Array(layout.total)
    gradient.fill(1, grown.offset, grown.offset + grown.size)
    // AdamW's weights stay finite and their squares do not; those of SGD are infinite themselves.
    for (const step of [{ ...adamW, learningRate: 1e37, weightDecay: 0 }, { ...adamW, name: 'sgd', learningRate: 1e39, weightDecay: 0 } as const]) {
      assert.throws(() => new Optimizer(layout).step(vector('start'), gradient, step), { code: 'engine/not-finite', place: grown.name })
    }
  })

  it('reports the norms of gradient, change and weights', () => {
    const start = vector('start')
    const parameters = start.slice()
    const gradient = vector('g')
    const result = new Optimizer(layout).step(parameters, gradient, adamW)
    const close = (a: number, b: number): boolean => Math.abs(a - b) < 1e-5 * b
    assert.ok(close(result.gradNorm, norm(gradient)))
    assert.ok(close(result.parameterNorm, norm(parameters)))
    assert.ok(close(result.updateNorm, norm(parameters.map((p, i) => p - start[i]!))))
  })

  it('clips to the global norm as clip_grad_norm_ does, and leaves a smaller gradient alone', () => {
    const sgd: OptimizerStep = { ...adamW, name: 'sgd', learningRate: 1, weightDecay: 0, maxGradNorm: 2 }
    const parameters = new Float32Array(layout.total)
    const gradient = vector('g')
    const { gradNorm, updateNorm } = new Optimizer(layout).step(parameters, gradient, sgd)
    assert.ok(gradNorm > 2 && Math.abs(updateNorm - 2) < 1e-4)
    const scale = 2 / (gradNorm + 1e-6)
    parameters.forEach((p, i) => assert.ok(Math.abs(p + gradient[i]! * scale) < 1e-6))
    const unclipped = new Float32Array(layout.total)
    new Optimizer(layout).step(unclipped, gradient, { ...sgd, maxGradNorm: gradNorm * 2 })
    unclipped.forEach((p, i) => assert.equal(p, -gradient[i]! + 0))
  })

  it('SGD: adds weight decay to the gradient', () => {
    const start = vector('start')
    const parameters = start.slice()
    const gradient = vector('g')
    new Optimizer(layout).step(parameters, gradient, { ...adamW, name: 'sgd', learningRate: 0.1, weightDecay: 0.5 })
    parameters.forEach((p, i) => assert.ok(Math.abs(p - (start[i]! - 0.1 * (gradient[i]! + 0.5 * start[i]!))) < 1e-6))
  })

  it('goes on from a saved state as if it had never stopped', () => {
    const gradients = [vector('g0'), vector('g1'), vector('g2')]
    const [straight, stopped] = [vector('start'), vector('start')]
    const one = new Optimizer(layout)
    for (const gradient of gradients) one.step(straight, gradient, adamW)
    const before = new Optimizer(layout)
    before.step(stopped, gradients[0]!, adamW)
    const state = before.state!
    const after = new Optimizer(layout)
    after.reset({ step: state.step, firstMoment: state.firstMoment.slice(), secondMoment: state.secondMoment.slice() })
    for (const gradient of gradients.slice(1)) after.step(stopped, gradient, adamW)
    assert.deepEqual(stopped, straight)
  })

  it('names the tensor of a gradient that is not finite, and changes nothing', () => {
    for (const bad of [NaN, Infinity]) {
      const optimizer = new Optimizer(layout)
      const parameters = vector('start')
      optimizer.step(parameters, vector('g0'), adamW)
      const [kept, state] = [parameters.slice(), structuredClone(optimizer.state)]
      const gradient = vector('g1')
      const slot = layout.slots.find(({ name }) => name === 'model.layers.1.mlp.up_proj.weight')!
      gradient[slot.offset] = bad
      assert.throws(() => optimizer.step(parameters, gradient, adamW), { code: 'engine/not-finite', place: slot.name })
      assert.deepEqual(parameters, kept)
      assert.deepEqual(optimizer.state, state)
    }
  })

  it('rejects settings that are no numbers', () => {
    assert.throws(() => new Optimizer(layout).step(vector('p'), vector('g'), { ...adamW, learningRate: NaN }), { code: 'engine/optimizer-step', place: 'learningRate' })
    assert.throws(() => new Optimizer(layout).step(vector('p'), vector('g'), { ...adamW, epsilon: 0 }), { code: 'engine/optimizer-step', place: 'epsilon' })
  })
})
