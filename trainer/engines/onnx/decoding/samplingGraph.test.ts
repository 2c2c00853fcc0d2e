import assert from 'node:assert/strict'
import fc from 'fast-check'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { Graph } from '../graph/graph.ts'
import { drawTokens, samplingInputs, samplingKind } from './samplingGraph.ts'
import { sessionOptions } from '../graph/sessionOptions.ts'
import { drawKey, uniformDraw } from './uniformDraws.ts'
import type { SamplingParameters } from '../../engine.ts'
import type { SamplingKind } from './samplingGraph.ts'

const LARGEST_UNIFORM = 1 - 2 ** -24
const plain: SamplingParameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 1, stop: [] }
const sessions = new Map<string, Promise<InferenceSession>>()

async function sessionOf(kind: SamplingKind, size: number): Promise<InferenceSession> {
  const g = new Graph()
  const draw = drawTokens(g, samplingInputs(g, kind), g.input('logits', ['B', size]), g.input('uniforms', ['B', 1]))
  for (const [name, value] of Object.entries(draw)) g.output(name, value)
  return InferenceSession.create(g.encode(), sessionOptions(1))
}

interface Drawn { tokens: number[]; logprobs: number[]; samplingLogprobs: number[]; entropies: number[] }

/** One draw per uniform from the same logits. */
async function draws(parameters: SamplingParameters, logits: readonly number[], uniforms: readonly number[]): Promise<Drawn> {
  const [kind, size, rows] = [samplingKind(parameters), logits.length, uniforms.length]
  const key = `${kind} ${size}`
  if (!sessions.has(key)) sessions.set(key, sessionOf(kind, size))
  const session = await sessions.get(key)!
  const scalar = (x: number): Tensor => new Tensor('float32', Float32Array.of(x), [])
  const feeds: Record<string, Tensor> = {
    logits: new Tensor('float32', Float32Array.from(uniforms.flatMap(() => logits)), [rows, size]),
    uniforms: new Tensor('float32', Float32Array.from(uniforms), [rows, 1]),
    inverseTemperature: scalar(1 / parameters.temperature), topP: scalar(parameters.topP), minP: scalar(parameters.minP),
    topK: new Tensor('int64', BigInt64Array.of(BigInt(parameters.topK > 0 ? Math.min(parameters.topK, size) : size)), [1])
  }
  const outputs = await session.run(Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]!])))
  const numbers = (name: string): number[] => Array.from(outputs[name]!.data as ArrayLike<number | bigint>, Number)
  return { tokens: numbers('tokens'), logprobs: numbers('logprobs'), samplingLogprobs: numbers('samplingLogprobs'), entropies: numbers('entropies') }
}

/** The distribution that the parameters ask for, in double precision and straight from the definitions. */
function distribution({ temperature, topK, topP, minP }: SamplingParameters, logits: readonly number[]): number[] {
  const top = Math.max(...logits)
  let weights = logits.map((x) => Math.exp((x - top) / temperature))
  const order = weights.map((_, i) => i).sort((a, b) => weights[b]! - weights[a]!)
  const keep = (kept: (i: number, rank: number) => boolean): void => { weights = weights.map((w, i) => (kept(i, order.indexOf(i)) ? w : 0)) }
  const total = (): number => weights.reduce((a, b) => a + b, 0)
  if (topK > 0) keep((_, rank) => rank < topK)
  const mass = total()
  const before = (rank: number): number => order.slice(0, rank).reduce((sum, i) => sum + weights[i]!, 0) / mass
  if (topP < 1) {
    const smaller = order.map((_, rank) => before(rank))
    keep((_, rank) => smaller[rank]! < topP)
  }
  const likeliest = Math.max(...weights)
  keep((i) => weights[i]! >= minP * likeliest)
  return weights.map((w) => w / total())
}

const logits = [0.3, -1.2, 2.1, 0.9, -0.4, 1.6, -3, 0.1]
/** χ² quantiles at 0.999 by degrees of freedom. */
const QUANTILES = [0, 10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32]

const settings: Record<string, Partial<SamplingParameters>> = {
  'temperature 1': {}, 'temperature 0.6': { temperature: 0.6 }, 'temperature 1.7': { temperature: 1.7 },
  'top-k 3': { topK: 3 }, 'top-k 1': { topK: 1 }, 'top-k beyond the vocabulary': { topK: 99 }, 'top-p 0.8': { topP: 0.8 }, 'a tiny top-p': { topP: 1e-6 },
  'min-p 0.2': { minP: 0.2 }, 'min-p 1': { minP: 1 },
  'all together': { temperature: 1.4, topK: 6, topP: 0.9, minP: 0.15 }
}

describe('drawing tokens in the graph', () => {
  after(async () => { for (const session of sessions.values()) await (await session).release() })

  for (const [name, setting] of Object.entries(settings)) {
    it(`${name}: frequencies and log-probabilities are those of the distribution`, async () => {
      const parameters = { ...plain, ...setting }
      const expected = distribution(parameters, logits)
      const policy = distribution(plain, logits)
      const count = 4000
      const drawn = await draws(parameters, logits, Array.from({ length: count }, (_, i) => uniformDraw(drawKey(7), i)))
      const counts = expected.map((_, token) => drawn.tokens.filter((t) => t === token).length)
      counts.forEach((seen, token) => { if (expected[token] === 0) assert.equal(seen, 0, `token ${token} was filtered out`) })
      const possible = expected.map((p, i) => ({ p, seen: counts[i]! })).filter(({ p }) => p > 0)
      const chiSquare = possible.reduce((sum, { p, seen }) => sum + (seen - count * p) ** 2 / (count * p), 0)
      assert.ok(chiSquare <= QUANTILES[possible.length - 1]!, `χ²(${possible.length - 1}) = ${chiSquare}`)
      const entropy = -policy.reduce((sum, p) => sum + p * Math.log(p), 0)
      drawn.tokens.forEach((token, i) => {
        assert.ok(Math.abs(drawn.logprobs[i]! - Math.log(policy[token]!)) < 1e-5)
        assert.ok(Math.abs(drawn.samplingLogprobs[i]! - Math.log(expected[token]!)) < 1e-5)
        assert.ok(Math.abs(drawn.entropies[i]! - entropy) < 1e-5)
      })
    })
  }

  it('temperature 0 takes the likeliest token, the first of equals, with sampling probability 1', async () => {
    const drawn = await draws({ ...plain, temperature: 0 }, [1, 3, -2, 3], [0, 0.5, LARGEST_UNIFORM])
    assert.deepEqual(drawn.tokens, [1, 1, 1])
    assert.deepEqual(drawn.samplingLogprobs.map(Math.abs), [0, 0, 0])
    const expected = Math.log(distribution(plain, [1, 3, -2, 3])[1]!)
    drawn.logprobs.forEach((logp) => assert.ok(Math.abs(logp - expected) < 1e-6))
  })

  it('never draws a token of probability 0, whatever the uniform', async () => {
    // exp(−200) is 0 in float32; zeros stand first, in the middle and last.
    const uniform = fc.oneof(fc.constantFrom(0, LARGEST_UNIFORM, 0.5), fc.integer({ min: 0, max: 2 ** 24 - 1 }).map((n) => n / 2 ** 24))
    const row = fc.array(fc.oneof(fc.constant(-200), fc.double({ min: -3, max: 3, noNaN: true })), { minLength: 12, maxLength: 12 })
      .filter((values) => values.some((value) => value > -200))
    const kinds = fc.constantFrom<Partial<SamplingParameters>>({}, { temperature: 0.7 }, { topK: 4 }, { topP: 0.9 })
    await fc.assert(fc.asyncProperty(row, fc.array(uniform, { minLength: 8, maxLength: 8 }), kinds, async (values, uniforms, setting) => {
      const drawn = await draws({ ...plain, ...setting }, values, [...uniforms, 0, LARGEST_UNIFORM])
      for (const token of drawn.tokens) assert.ok(values[token] !== undefined && values[token] > -200, `token ${token}`)
      for (const logp of drawn.samplingLogprobs) assert.ok(Number.isFinite(logp))
    }), { seed: 5, numRuns: 200 })
  })
})
