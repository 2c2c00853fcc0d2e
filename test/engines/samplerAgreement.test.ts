import assert from 'node:assert/strict'
import type { Engine, SamplingParameters } from '../../trainer/engines/engine.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { randomStream } from '../../trainer/random/random.ts'
import { SAMPLING, seedsFrom } from './samplingContract.ts'
import { adamW, assertNear, source } from './subjects.ts'

const TOLERANCE = 1e-5

const SETTINGS: Readonly<Record<string, Partial<SamplingParameters>>> = {
  'the policy': {}, 'greedy': { temperature: 0 }, 'cold': { temperature: 0.5 }, 'hot': { temperature: 2 },
  'filtered': { temperature: 1.4, topK: 9, topP: 0.95, minP: 0.02 }
}

const MODELS = [
  ['Llama, untied head', { ...source.model, architecture: 'LlamaForCausalLM', tiedHead: false, keyValueHeads: 2, hiddenSize: 48, headSize: 16, layers: 3 }],
  ['Qwen2', { ...source.model, architecture: 'Qwen2ForCausalLM', heads: 4, keyValueHeads: 1, hiddenSize: 32 }],
  ['Qwen3', { ...source.model, heads: 4, keyValueHeads: 2, hiddenSize: 32, headSize: 16, ropeTheta: 1e6 }]
] as const

const vocabulary = ['<eos>', ...Array.from({ length: 30 }, (_, i) => `w${i}`)]

/** Of unlike lengths, some alone and some with several samples. */
function prompts(): { tokens: number[]; seeds: number[] }[] {
  const random = randomStream('sampler agreement')
  return [1, 2, 3, 5, 9, 17, 33, 34, 60].map((length, i) => ({
    tokens: Array.from({ length }, () => 1 + random.integer(30)), seeds: seedsFrom(100 * i, 1 + (i % 4))
  }))
}

/** Random successors, learnt until the model prefers them. */
async function teach(engine: Engine): Promise<void> {
  const data = prompts().map(({ tokens }) => ({ prompt: tokens.slice(0, 1), completion: tokens.slice(1) })).filter(({ completion }) => completion.length > 0)
  for (let i = 0; i < 12; i++) {
    await engine.forwardBackward(data, { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'tokenMean' } })
    await engine.optimStep(adamW(0.01))
  }
}

describe('sampler against trainer: log-probabilities of the onnx engine', function () {
  this.timeout(60_000)
  const engine = createOnnxEngine({ threads: 2, microBatchTokens: 512 })
  after(() => engine.close())

  for (const [title, model] of MODELS) {
    it(`${title}: every prompt, length and setting`, async () => {
      await engine.loadModel({ kind: 'new', vocabulary, seed: 2, model })
      await teach(engine)
      for (const setting of Object.values(SETTINGS)) {
        const asked = prompts()
        const completions = await engine.sample(asked, { ...SAMPLING, ...setting, maxTokens: 70 })
        const scored = await engine.logprobs(completions.map(({ promptIndex, tokens }) => ({ prompt: asked[promptIndex]!.tokens, completion: tokens })))
        assert.ok(Math.max(...completions.map(({ tokens }) => tokens.length)) > 32)
        completions.forEach(({ logprobs_T, entropies_T }, i) => logprobs_T.forEach((logprob, t) => {
          assertNear(logprob, scored[i]!.logprobs_T[t]!, TOLERANCE)
          assertNear(entropies_T[t]!, scored[i]!.entropies_T[t]!, TOLERANCE)
        }))
      }
    })
  }
})
