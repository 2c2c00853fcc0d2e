import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Engine, SamplingParameters } from '../../trainer/engines/engine.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { startTorchEngine } from '../../trainer/engines/torch/startTorchEngine.ts'
import { randomStream } from '../../trainer/random/random.ts'
import { describeWithTorch } from '../engines/torchEngines.ts'

/** Of log-probabilities and entropies, in nats: the bar between the engines. Prompts without sense make rounding large. */
const TOLERANCE = 1e-4
/** A draw that falls within the rounding of the border of two tokens, about one in a million, may pick either. */
const SAME_SHARE = 0.98

const models = fileURLToPath(new URL('../../samples/models/', import.meta.url))
const PLAIN: SamplingParameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 40, stop: [] }
const SETTINGS: Readonly<Record<string, Partial<SamplingParameters>>> = {
  'the policy': {}, 'a low temperature': { temperature: 0.7 }, 'greedy': { temperature: 0 }, 'all filters': { temperature: 1.3, topK: 9, topP: 0.9, minP: 0.02 }
}

describeWithTorch('sampling by the PyTorch engine against the embedded one', function () {
  this.timeout(120_000)
  const onnx = createOnnxEngine({ threads: 1, microBatchTokens: 256 })
  let torch: Engine
  before(async function () {
    this.timeout(180_000)
    torch = await startTorchEngine({ python: process.env['ROLLOUT_LAB_PYTHON']!, threads: 2, microBatchTokens: 256, options: { device: 'cpu' } })
  })
  after(() => Promise.all([onnx.close(), torch.close()]))

  for (const title of readdirSync(models).sort()) {
    it(`${title}: the same seed gives the same completion`, async () => {
      const source = { kind: 'folder', folder: `${models}${title}` } as const
      await torch.loadModel(source)
      const { vocabularySize } = await onnx.loadModel(source)
      const random = randomStream('parity sampling')
      const prompts = [1, 2, 9, 30].map((length, p) => ({
        tokens: Array.from({ length }, () => random.integer(vocabularySize)), seeds: Array.from({ length: 10 }, (_, s) => 100 * p + s)
      }))
      for (const [name, setting] of Object.entries(SETTINGS)) {
        const [theirs, ours] = [await onnx.sample(prompts, { ...PLAIN, ...setting }), await torch.sample(prompts, { ...PLAIN, ...setting })]
        const same = theirs.filter(({ tokens }, i) => tokens.join() === ours[i]!.tokens.join())
        assert.ok(same.length >= SAME_SHARE * theirs.length, `${name}: ${same.length} of ${theirs.length} are the same`)
        for (const completion of same) {
          const { text, tokenEnds_T, stopReason, ...numbers } = ours[theirs.indexOf(completion)]!
          assert.deepEqual({ text, tokenEnds_T, stopReason }, { text: completion.text, tokenEnds_T: completion.tokenEnds_T, stopReason: completion.stopReason })
          for (const field of ['logprobs_T', 'samplingLogprobs_T', 'entropies_T'] as const) {
            numbers[field].forEach((value, t) => assert.ok(Math.abs(value - completion[field][t]!) < TOLERANCE, `${name}: ${field} of token ${t}: ${value} against ${completion[field][t]}`))
          }
        }
      }
    })
  }
})
