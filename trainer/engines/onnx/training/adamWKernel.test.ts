import assert from 'node:assert/strict'
import fc from 'fast-check'
import { AdamWKernel } from './adamWKernel.ts'
import { randomStream } from '../../../random/random.ts'
import type { AdamWStep, AdamWVectors } from './adamWKernel.ts'

const step: AdamWStep = { gradientScale: 0.5, beta1: 0.9, beta2: 0.99, keep: 0.999, rate: 0.01, secondCorrection: 3, epsilon: 1e-6 }

function vectors(length: number): AdamWVectors {
  const random = randomStream('adamW', length)
  const vector = (f: (x: number) => number): Float32Array => Float32Array.from({ length }, () => f(random.normal()))
  return { parameters: vector((x) => x), gradient: vector((x) => x), firstMoment: vector((x) => 0.1 * x), secondMoment: vector((x) => x * x) }
}

/** One number in double precision. */
function expected(v: AdamWVectors, i: number): { parameter: number; m: number; v: number } {
  const g = v.gradient[i]! * step.gradientScale
  const m = step.beta1 * v.firstMoment[i]! + (1 - step.beta1) * g
  const second = step.beta2 * v.secondMoment[i]! + (1 - step.beta2) * g ** 2
  return { parameter: v.parameters[i]! * step.keep - step.rate * m / (Math.sqrt(second * step.secondCorrection) + step.epsilon), m, v: second }
}

describe('AdamW kernel', () => {
  const close = (a: number, b: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance * (1e-2 + Math.abs(b))

  it('updates vectors of every length, whole chunks or not, and sums the squares', () => {
    const kernel = new AdamWKernel()
    fc.assert(fc.property(fc.integer({ min: 0, max: 10000 }), (length) => {
      const before = vectors(length)
      const now = structuredClone(before)
      const sums = kernel.step(now, step)
      let [update, parameter] = [0, 0]
      for (let i = 0; i < length; i++) {
        const wanted = expected(before, i)
        assert.ok(close(now.parameters[i]!, wanted.parameter, 1e-5) && close(now.firstMoment[i]!, wanted.m, 1e-5) && close(now.secondMoment[i]!, wanted.v, 1e-5), `${i} of ${length}`)
        update += (now.parameters[i]! - before.parameters[i]!) ** 2
        parameter += now.parameters[i]! ** 2
      }
      assert.deepEqual(now.gradient, before.gradient)
      assert.ok(close(sums.update, update, 1e-5) && close(sums.parameter, parameter, 1e-5))
    }), { numRuns: 20, examples: [[1], [4096], [8193]] })
  })
})
