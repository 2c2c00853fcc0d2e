import assert from 'node:assert/strict'
import { LabError } from '../../../errors.ts'
import { initialParameters, newModelConfig } from './newModel.ts'
import { parameterLayout } from './parameterLayout.ts'

const shape = {
  architecture: 'Qwen3ForCausalLM', hiddenSize: 16, layers: 2, heads: 2, keyValueHeads: 1, headSize: 8, intermediateSize: 24, contextLength: 32,
  ropeTheta: 10000, tiedHead: true
} as const
const VOCABULARY = 4
const config = newModelConfig(shape, VOCABULARY)
const layout = parameterLayout(config)
const parameters = initialParameters(layout, config.layers, 5)
const bits = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length)

describe('new model', () => {
  const slot = (name: string): Float32Array => {
    const found = layout.slots.find((entry) => entry.name === name)!
    return parameters.subarray(found.offset, found.offset + found.size)
  }
  const deviation = (values: Float32Array): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)

  it('is a function of its seed', () => {
    assert.deepEqual(bits(initialParameters(layout, config.layers, 5)), bits(parameters))
    assert.notDeepEqual(bits(initialParameters(layout, config.layers, 6)), bits(parameters))
  })

  it('has norms of 1 and matrices of the stated deviation', () => {
    const wide = parameterLayout({ ...config, hiddenSize: 128, intermediateSize: 256 })
    const values = initialParameters(wide, 2, 1)
    for (const { name, offset, size } of wide.slots) {
      const part = values.subarray(offset, offset + size)
      if (name.endsWith('norm.weight')) assert.ok(part.every((x) => x === 1), name)
      else if (size > 1000) {
        const expected = /o_proj|down_proj/.test(name) ? 0.01 : 0.02
        // Five standard errors of a deviation estimated from `size` draws.
        assert.ok(Math.abs(deviation(part) / expected - 1) < 5 / Math.sqrt(2 * size), name)
      }
    }
    assert.ok(slot('model.norm.weight').every((x) => x === 1))
  })

  it('starts biases at 0', () => {
    const qwen2 = parameterLayout(newModelConfig({ ...shape, architecture: 'Qwen2ForCausalLM' }, 4))
    const values = initialParameters(qwen2, 2, 1)
    const biases = qwen2.slots.filter(({ name }) => name.endsWith('.bias'))
    assert.equal(biases.length, 6)
    for (const { offset, size } of biases) assert.ok(values.subarray(offset, offset + size).every((x) => x === 0))
  })

  it('refuses shapes that do not fit', () => {
    for (const change of [{ keyValueHeads: 3 }, { headSize: 7 }]) {
      assert.throws(() => newModelConfig({ ...shape, ...change }, 4), (error) => LabError.is(error, 'model/bad-config'))
    }
  })
})
