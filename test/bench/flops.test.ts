import assert from 'node:assert/strict'
import { MEDIUM } from './benchModels.ts'
import { matmulParameters, trainingFlops } from './flops.ts'

describe('bench: FLOPs of a training step', () => {
  it('counts the weights of every matrix product of the 5M model', () => {
    // Per layer q 256×256, k and v 256×128 each, o 256×256, gate, up and down 256×768 each; head 256×512.
    assert.equal(matmulParameters(MEDIUM.model, 512), 6 * (65_536 + 2 * 32_768 + 65_536 + 3 * 196_608) + 131_072)
  })

  it('agrees with a count of every multiplication, token by token and key by key', () => {
    const model = { ...MEDIUM.model, hiddenSize: 4, layers: 2, heads: 2, keyValueHeads: 1, headSize: 2, intermediateSize: 3 }
    const [vocabulary, sequences, length] = [5, 2, 3]
    let multiplications = 0
    for (let sequence = 0; sequence < sequences; sequence++) {
      for (let token = 0; token < length; token++) {
        for (let layer = 0; layer < 2; layer++) {
          multiplications += 4 * 4 + 2 * (4 * 2) + 4 * 4 + 3 * (4 * 3)
          for (let key = 0; key <= token; key++) multiplications += 2 * (2 + 2)
        }
        multiplications += 4 * vocabulary
      }
    }
    assert.equal(trainingFlops(model, vocabulary, { sequences, length }), 3 * 2 * multiplications)
  })
})
