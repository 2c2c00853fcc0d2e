import assert from 'node:assert/strict'
import { LabError } from '../errors.ts'
import { checkedEngine } from './checkedEngine.ts'
import type { Engine, Loss, OptimizerStep, SamplingParameters, TrainSequence } from './engine.ts'
import { createFakeEngine } from './fake/fakeEngine.ts'

const source = {
  kind: 'new', vocabulary: ['<eos>', 'a', 'b', 'c', 'd'], seed: 3,
  model: {
    architecture: 'Qwen3ForCausalLM', hiddenSize: 8, layers: 1, heads: 1, keyValueHeads: 1, headSize: 8, intermediateSize: 8, contextLength: 16,
    ropeTheta: 10000, tiedHead: true
  }
} as const
const parameters: SamplingParameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 6, stop: [] }
const data: readonly TrainSequence[] = [{ prompt: [1, 2], completion: [3, 4], advantages_T: [1, -1] }]
const loss: Loss = { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'none' }], normalisation: { kind: 'tokenMean' } }
const step: OptimizerStep = { name: 'sgd', learningRate: 0.1, beta1: 0, beta2: 0, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 }

/** An engine that trusts what it is given, and notes what it was asked. */
function trusting(inner: Engine): { readonly engine: Engine; readonly asked: string[] } {
  const asked: string[] = []
  const noting = Object.entries(inner).map(([verb, call]) => [verb, (...args: unknown[]) => {
    asked.push(verb)
    return (call as (...args: unknown[]) => unknown)(...args)
  }])
  return { engine: Object.fromEntries(noting) as unknown as Engine, asked }
}

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(() => 'none', (error: unknown) => (LabError.is(error) ? `${error.code} ${error.place}` : assert.fail(String(error))))

const total = async (engine: Engine): Promise<number> => Object.values(await engine.gradients()).flat().reduce((sum, value) => sum + Math.abs(value), 0)

describe('checked engine', () => {
  const opened = async (): Promise<{ checked: Engine; plain: Engine; asked: string[] }> => {
    const { engine, asked } = trusting(createFakeEngine())
    const [checked, plain] = [checkedEngine(engine), createFakeEngine()]
    await checked.loadModel(source)
    await plain.loadModel(source)
    asked.splice(0)
    return { checked, plain, asked }
  }

  const refused: readonly [string, (engine: Engine) => Promise<unknown>][] = [
    ['a token beyond the vocabulary', (e) => e.sample([{ tokens: [1, 9], seeds: [1] }], parameters)],
    ['an empty prompt', (e) => e.sample([{ tokens: [], seeds: [1] }], parameters)],
    ['a prompt beyond the context', (e) => e.sample([{ tokens: Array<number>(17).fill(1), seeds: [1] }], parameters)],
    ['a temperature below 0', (e) => e.sample([{ tokens: [1], seeds: [1] }], { ...parameters, temperature: -1 })],
    ['more tokens than the context', (e) => e.sample([{ tokens: [1], seeds: [1] }], { ...parameters, maxTokens: 16 })],
    ['a seed that is no whole number', (e) => e.sample([{ tokens: [1], seeds: [0.5] }], parameters)],
    ['scoring without a prompt', (e) => e.logprobs([{ prompt: [], completion: [1] }])],
    ['tokens of a text that are none', (e) => e.decode([[1], [1, 7]])],
    ['an empty batch', (e) => e.forwardBackward([], loss)],
    ['an array of another length', (e) => e.forwardBackward([{ ...data[0]!, advantages_T: [1] }], loss)],
    ['a number that is not finite', (e) => e.forwardBackward([{ ...data[0]!, advantages_T: [1, NaN] }], loss)],
    ['a divisor of 0', (e) => e.forwardBackward(data, { ...loss, normalisation: { kind: 'tokenMean', denominator: 0 } })],
    ['half a pair', (e) => e.forwardBackward([{ ...data[0]!, pair: { name: 'p', side: 'chosen' } }], { ...loss, terms: [{ kind: 'pairwise', weight: 1, variant: 'sigmoid', beta: 1 }] })],
    ['a learning rate below 0', (e) => e.optimStep({ ...step, learningRate: -1 })]
  ]
  for (const [what, call] of refused) {
    it(`refuses ${what} as every engine does, without asking the one inside`, async () => {
      const { checked, plain, asked } = await opened()
      const code = await codeOf(call(checked))
      assert.notEqual(code, 'none')
      assert.equal(code, await codeOf(call(plain)))
      assert.deepEqual(asked.filter((verb) => verb !== 'optimStep'), [])
    })
  }

  it('clears the gradient where a training call is refused, and nowhere else', async () => {
    const { checked } = await opened()
    const accumulated = async (then: (engine: Engine) => Promise<unknown>): Promise<boolean> => {
      await checked.forwardBackward(data, loss)
      await codeOf(then(checked))
      const kept = (await total(checked)) > 0
      await checked.optimStep({ ...step, learningRate: 0 })
      return kept
    }
    assert.equal(await accumulated((e) => e.forwardBackward([], loss)), false)
    assert.equal(await accumulated((e) => e.optimStep({ ...step, beta1: NaN })), false)
    assert.equal(await accumulated((e) => e.sample([{ tokens: [], seeds: [1] }], parameters)), true)
    assert.equal(await accumulated((e) => e.logprobs([{ prompt: [9], completion: [1] }])), true)
  })

  it('refuses everything that needs a model before there is one', async () => {
    const { engine, asked } = trusting(createFakeEngine())
    const checked = checkedEngine(engine)
    const calls: readonly ((e: Engine) => Promise<unknown>)[] = [
      (e) => e.encode(['a']), (e) => e.decode([[1]]), (e) => e.renderChat([]), (e) => e.sample([], parameters), (e) => e.logprobs([]), (e) => e.headValues([]),
      (e) => e.forwardBackward(data, loss), (e) => e.optimStep(step), (e) => e.resetOptimizer(), (e) => e.snapshot('a'), (e) => e.restore('a'),
      (e) => e.dropSnapshot('a'), (e) => e.save('/nowhere', { optimizer: false, dtype: 'float32' }), (e) => e.gradients()
    ]
    for (const call of calls) assert.equal(await codeOf(call(checked)), 'engine/no-model undefined')
    assert.deepEqual(asked, [])
    assert.equal((await checked.info()).name, 'fake')
  })

  it('checks against the model that a call meets in the order of calls, also where a load fails', async () => {
    const { engine } = trusting(createFakeEngine())
    const checked = checkedEngine(engine)
    const [, scored, failed, stillScored, , refusedNow] = await Promise.allSettled([
      checked.loadModel(source), checked.logprobs([{ prompt: [1], completion: [4] }]),
      checked.loadModel({ kind: 'folder', folder: '/no/such/model' }), checked.logprobs([{ prompt: [1], completion: [4] }]),
      checked.loadModel({ ...source, vocabulary: ['<eos>', 'a', 'b'] }), checked.logprobs([{ prompt: [1], completion: [4] }])
    ])
    assert.deepEqual([scored, failed, stillScored, refusedNow].map((each) => each?.status), ['fulfilled', 'rejected', 'fulfilled', 'rejected'])
    assert.equal(refusedNow?.status === 'rejected' && LabError.is(refusedNow.reason, 'engine/token-range'), true)
  })

  it('hands on numbers that JSON can say where what is masked is none', async () => {
    const received: (readonly TrainSequence[])[] = []
    const inner = createFakeEngine()
    const checked = checkedEngine({ ...inner, forwardBackward: (given, ...rest) => { received.push(given); return inner.forwardBackward(given, ...rest) } })
    await checked.loadModel(source)
    const masked: TrainSequence = { ...data[0]!, mask_T: [1, 0], advantages_T: [1, NaN], behaviourLogprobs_T: [-1, -Infinity], returns_T: [null, 1] }
    await checked.forwardBackward([masked, data[0]!], loss)
    assert.deepEqual(received, [[{ ...masked, advantages_T: [1, 0], behaviourLogprobs_T: [-1, 0] }, data[0]]])
    assert.equal(received[0]![1], data[0])
  })
})
