import assert from 'node:assert/strict'
import { LabError } from '../../../errors.ts'
import { Sampler } from './sampler.ts'
import { referenceProbabilities } from '../testing/referenceModel.ts'
import { referenceWeights, tinyModel, tinyModels } from '../testing/tinyModels.ts'
import type { SampledCompletion, SampleEvents, SamplePrompt, SamplingParameters } from '../../engine.ts'
import type { IncrementalText } from '../text/incrementalText.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import type { SamplerOptions } from './sampler.ts'
import type { TinyModel } from '../testing/tinyModels.ts'

const plain: SamplingParameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 12, stop: [] }
const endless: ModelConfig = { ...tinyModels['Llama, tied head']!, endOfTextTokens: [] }
const prompts: readonly SamplePrompt[] = [
  { tokens: [3, 1, 4, 1, 5], seeds: [1, 2, 3] }, { tokens: [9], seeds: [4] },
  { tokens: [2, 6, 5, 3, 5, 8, 9, 7, 9], seeds: [5, 6] }, { tokens: [3, 2], seeds: [7, 8] }
]

/** Token n is the n-th letter. */
const letters = (): IncrementalText => ({ push: (token) => String.fromCharCode(97 + token), end: () => '' })

const opened: Sampler[] = []
function samplerOf(model: TinyModel, options: Partial<SamplerOptions> = {}): Sampler {
  const sampler = new Sampler(model.config, model.layout, { threads: 2, chunkTokens: 4, ...options })
  opened.push(sampler)
  return sampler
}

interface Case {
  readonly prompts?: readonly SamplePrompt[]
  readonly parameters?: Partial<SamplingParameters>
  readonly events?: SampleEvents
  readonly signal?: AbortSignal
}

function run(sampler: Sampler, model: TinyModel, given: Case = {}): Promise<SampledCompletion[]> {
  const { parameters = {}, events, signal } = given
  return sampler.sample(model.parameters, given.prompts ?? prompts, { ...plain, ...parameters }, { newText: letters, events }, signal)
}

const withoutTime = (completions: readonly SampledCompletion[]): unknown[] => completions.map(({ seconds: _, ...rest }) => rest)

function assertClose(actual: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length)
  actual.forEach((x, t) => assert.ok(Math.abs(x - expected[t]!) <= 1e-5, `${what} of token ${t}: ${x} against ${expected[t]}`))
}

function assertSameDraws(actual: readonly SampledCompletion[], expected: readonly SampledCompletion[]): void {
  actual.forEach((completion, i) => {
    assert.deepEqual(completion.tokens, expected[i]!.tokens)
    assert.equal(completion.stopReason, expected[i]!.stopReason)
    assertClose(completion.logprobs_T, expected[i]!.logprobs_T, 'logprob')
  })
}

describe('Sampler', function () {
  this.timeout(20000)
  afterEach(async () => { for (const sampler of opened.splice(0)) await sampler.close() })

  for (const [name, config] of Object.entries(tinyModels)) {
    it(`${name}: log-probabilities and entropies are the reference model's to 1e-5`, async () => {
      const model = tinyModel({ ...config, endOfTextTokens: [] })
      const weights = referenceWeights(model)
      for (const parameters of [{ temperature: 1, topK: 0 }, { temperature: 0.7, topK: 5 }]) {
        const completions = await run(samplerOf(model), model, { parameters })
        for (const { promptIndex, tokens, logprobs_T, samplingLogprobs_T, entropies_T } of completions) {
          const prompt = prompts[promptIndex]!.tokens
          const rows = referenceProbabilities(model.config, weights, [...prompt, ...tokens]).slice(prompt.length - 1, -1)
          assert.equal(tokens.length, plain.maxTokens)
          assertClose(logprobs_T, tokens.map((token, t) => Math.log(rows[t]![token]!)), 'logprob')
          assertClose(entropies_T, rows.map((row) => -row.reduce((sum, p) => sum + p * Math.log(p), 0)), 'entropy')
          const sampledFrom = (row: readonly number[], token: number): number => {
            if (parameters.topK === 0) return Math.log(row[token]!)
            const kept = [...row].sort((a, b) => b - a).slice(0, parameters.topK).map((p) => p ** (1 / parameters.temperature))
            return Math.log(row[token]! ** (1 / parameters.temperature) / kept.reduce((a, b) => a + b, 0))
          }
          assertClose(samplingLogprobs_T, tokens.map((token, t) => sampledFrom(rows[t]!, token)), 'sampling logprob')
        }
      }
    })
  }

  it('temperature 0 follows the reference model\'s likeliest tokens', async () => {
    const model = tinyModel(endless)
    const weights = referenceWeights(model)
    const [completion] = await run(samplerOf(model), model, { prompts: [prompts[0]!], parameters: { temperature: 0 } })
    const tokens = [...prompts[0]!.tokens]
    for (let t = 0; t < plain.maxTokens; t++) {
      const row = referenceProbabilities(model.config, weights, tokens).at(-1)!
      tokens.push(row.indexOf(Math.max(...row)))
    }
    assert.deepEqual(completion!.tokens, tokens.slice(prompts[0]!.tokens.length))
  })

  it('gives the same bits for the same call, in a fresh sampler too', async () => {
    const model = tinyModel(tinyModels['Qwen3, head norms, wide heads']!)
    const sampler = samplerOf(model)
    const first = withoutTime(await run(sampler, model))
    assert.deepEqual(withoutTime(await run(sampler, model)), first)
    assert.deepEqual(withoutTime(await run(samplerOf(model), model)), first)
  })

  it('what else is in the batch, the order, the slots, threads and chunks change no draw', async () => {
    const model = tinyModel(tinyModels['Llama, tied head']!)
    const expected = await run(samplerOf(model), model)
    for (const options of [{ slots: 3 }, { slots: 1 }, { threads: 1 }, { threads: 3 }, { chunkTokens: 1 }, { chunkTokens: 32 }]) {
      assertSameDraws(await run(samplerOf(model, options), model), expected)
    }
    const reversed = prompts.map(({ tokens, seeds }) => ({ tokens, seeds: [...seeds].reverse() })).reverse()
    assertSameDraws((await run(samplerOf(model), model, { prompts: reversed })).reverse(), expected)
    const alone = []
    for (const { tokens, seeds } of prompts) {
      for (const seed of seeds) alone.push(...await run(samplerOf(model), model, { prompts: [{ tokens, seeds: [seed] }] }))
    }
    assertSameDraws(alone, expected)
  })

  it('shares a prompt among its samples without changing them, also when they do not fit at once', async () => {
    const model = tinyModel(endless)
    const seeds = Array.from({ length: 9 }, (_, i) => i)
    const tokens = [1, 2, 3, 4, 5, 6]
    const shared = await run(samplerOf(model, { slots: 4 }), model, { prompts: [{ tokens, seeds }] })
    const apart = await run(samplerOf(model), model, { prompts: seeds.map((seed) => ({ tokens, seeds: [seed] })) })
    assertSameDraws(shared, apart)
    assert.ok(new Set(shared.map((completion) => completion.text)).size > 1)
  })

  it('refills the places of finished rows and reports each completion once', async () => {
    const model = tinyModel(tinyModels['Llama, tied head']!)
    const many = Array.from({ length: 10 }, (_, i) => ({ tokens: [1 + i, 2, 3].slice(i % 3), seeds: [i, 100 + i, 200 + i] }))
    const finished: SampledCompletion[] = []
    const given = { prompts: many, parameters: { maxTokens: 20 } }
    const events = { finished: (completion: SampledCompletion) => { finished.push(completion) } }
    const all = await run(samplerOf(model, { slots: 5 }), model, { ...given, events })
    assert.deepEqual(all.map(({ promptIndex, sampleIndex }) => [promptIndex, sampleIndex]), many.flatMap((_, p) => [0, 1, 2].map((s) => [p, s])))
    finished.sort((a, b) => a.promptIndex - b.promptIndex || a.sampleIndex - b.sampleIndex)
    assert.deepEqual(finished, all)
    assert.ok(new Set(all.map((completion) => completion.tokens.length)).size > 3, 'rows end at different times')
    assertSameDraws(all, await run(samplerOf(model, { slots: 64 }), model, given))
  })

  it('says why each completion stopped', async () => {
    const model = tinyModel(tinyModels['Llama, tied head']!)
    const completions = await run(samplerOf(model), model, { parameters: { maxTokens: 20 } })
    assert.deepEqual(new Set(completions.map(({ stopReason }) => stopReason)), new Set(['endOfText', 'length']))
    for (const { tokens, stopReason } of completions) {
      assert.equal(tokens.indexOf(0), stopReason === 'endOfText' ? tokens.length - 1 : -1)
      if (stopReason === 'length') assert.equal(tokens.length, 20)
    }
  })

  it('ends at a stop string that spans tokens and chunks, and keeps it', async () => {
    const model = tinyModel(endless)
    const [free] = await run(samplerOf(model), model, { prompts: [prompts[0]!] })
    const stop = free!.text.slice(2, 6)
    const [stopped] = await run(samplerOf(model), model, { prompts: [prompts[0]!], parameters: { stop: ['never there', stop] } })
    assert.equal(stopped!.stopReason, 'stopString')
    const end = free!.text.indexOf(stop) + stop.length
    assert.equal(stopped!.text, free!.text.slice(0, end))
    assert.deepEqual(stopped!.tokens, free!.tokens.slice(0, end))
    assert.deepEqual(stopped!.logprobs_T, free!.logprobs_T.slice(0, end))
  })

  it('puts together text whose characters come late', async () => {
    const model = tinyModel(endless)
    const pairs = (): IncrementalText => {
      let waiting = ''
      return {
        push: (token) => {
          waiting += token.toString(16)
          const text = waiting.length === 2 ? waiting : ''
          waiting = text === '' ? waiting : ''
          return text
        },
        end: () => (waiting === '' ? '' : '?')
      }
    }
    const partial: string[] = []
    const [completion] = await samplerOf(model).sample(model.parameters, [prompts[1]!], { ...plain, maxTokens: 7 }, {
      newText: pairs, events: { partial: (parts) => { partial.push(...parts.map(({ text }) => text)) } }
    })
    const hex = completion!.tokens.map((token) => token.toString(16)).join('')
    assert.equal(completion!.text, `${hex.slice(0, 6)}?`)
    assert.deepEqual(completion!.tokenEnds_T, [0, 2, 2, 4, 4, 6, 7])
    assert.deepEqual(partial, [hex.slice(0, 4)])
  })

  it('makes one token where one is asked for, and none where the prompt fills the context', async () => {
    const model = tinyModel(endless)
    const full = Array.from({ length: endless.contextLength }, (_, i) => i % 11)
    const given = [0, 1, 4].map((room) => ({ tokens: full.slice(room), seeds: [room] }))
    const completions = await run(samplerOf(model), model, { prompts: given })
    assert.deepEqual(completions.map(({ tokens, stopReason }) => [tokens.length, stopReason]), [[0, 'length'], [1, 'length'], [4, 'length']])
    for (const completion of await run(samplerOf(model), model, { parameters: { maxTokens: 1 } })) assert.equal(completion.tokens.length, 1)
    assert.deepEqual(await run(samplerOf(model), model, { prompts: [] }), [])
  })

  it('a cancel takes effect within one chunk and keeps what was made', async () => {
    const model = tinyModel(endless)
    const controller = new AbortController()
    let chunks = 0
    const events = { partial: () => { if (++chunks === 2) setImmediate(() => { controller.abort() }) } }
    const whole = await run(samplerOf(model, { slots: 6 }), model, { parameters: { maxTokens: 20 } })
    const cut = await run(samplerOf(model, { slots: 6 }), model, { parameters: { maxTokens: 20 }, events, signal: controller.signal })
    const lengths = cut.map(({ tokens }) => tokens.length)
    assert.deepEqual(cut.map(({ stopReason }) => stopReason), cut.map(() => 'cancelled'))
    assert.ok(lengths.every((length, i) => (i < 6 ? length >= 8 && length <= 12 : length === 0)), lengths.join())
    cut.forEach(({ tokens }, i) => { assert.deepEqual(tokens, whole[i]!.tokens.slice(0, tokens.length)) })
    const none = await run(samplerOf(model), model, { signal: AbortSignal.abort() })
    assert.deepEqual(none.map(({ tokens, stopReason }) => [tokens.length, stopReason]), none.map(() => [0, 'cancelled']))
  })

  it('follows weights that change between calls', async () => {
    const [model, other] = [tinyModel(endless, 1), tinyModel(endless, 2)]
    const sampler = samplerOf(model)
    const first = await run(sampler, model)
    assert.notDeepEqual((await run(sampler, other)).map(({ logprobs_T }) => logprobs_T), first.map(({ logprobs_T }) => logprobs_T))
    assert.deepEqual(withoutTime(await run(sampler, model)), withoutTime(first))
  })

  it('refuses broken prompts and weights that are not numbers', async () => {
    const model = tinyModel(endless)
    const rejects = (given: readonly number[], code: string): Promise<void> =>
      assert.rejects(run(samplerOf(model), model, { prompts: [{ tokens: given, seeds: [1] }] }), (error) => LabError.is(error, code))
    await rejects([], 'engine/empty-prompt')
    await rejects([1, 11], 'engine/token-range')
    await rejects(new Array<number>(33).fill(1), 'engine/context-length')
    const broken = { ...model, parameters: model.parameters.map((x, i) => (i === model.layout.slots[3]!.offset ? NaN : x)) }
    const sampler = samplerOf(model)
    await assert.rejects(run(sampler, broken), (error) => LabError.is(error, 'engine/not-finite'))
    assert.equal((await run(sampler, model)).length, 8)
  })
})
