import assert from 'node:assert/strict'
import type { SampledCompletion, SamplePrompt, SamplingParameters } from '../../trainer/engines/engine.ts'
import { hash32 } from '../../trainer/random/random.ts'
import { expectedDistribution } from './samplingDistribution.ts'
import { assertNear, CONTEXT, distributionsAfter, starter, WORDS } from './subjects.ts'
import type { Subject } from './subjects.ts'

export const SAMPLING: SamplingParameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 12, stop: [] }

const SETTINGS: Readonly<Record<string, Partial<SamplingParameters>>> = {
  'the policy itself': {},
  'a low temperature': { temperature: 0.6 },
  'a high temperature': { temperature: 1.7 },
  'top-k': { topK: 3 },
  'top-p': { topP: 0.7 },
  'min-p': { minP: 0.35 },
  'top-p over what top-k left': { topK: 3, topP: 0.75 },
  // With min-p before top-p, one word fewer would stay in the first model here, and in the second model there.
  'min-p over what top-p left': { topP: 0.75, minP: 0.15 },
  'min-p over what top-p left of a high temperature': { temperature: 2, topP: 0.72, minP: 0.165 },
  'all filters and a temperature': { temperature: 1.3, topK: 5, topP: 0.85, minP: 0.2 }
}

export const seedsFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => hash32('seed', first + i))
export const timeless = (completions: readonly SampledCompletion[]): unknown[] => completions.map((completion) => ({ ...completion, seconds: 0 }))

const PROMPTS: readonly SamplePrompt[] = [
  { tokens: [1, 2, 5], seeds: seedsFrom(0, 6) }, { tokens: [3], seeds: seedsFrom(10, 3) }, { tokens: [2, 6, 6, 4, 1, 3, 5, 5], seeds: seedsFrom(20, 4) }
]

/** Of `draws` draws of probability p; five standard deviations are met by chance once in two million. */
const margin = (p: number, draws: number): number => 5 * Math.sqrt((p * (1 - p)) / draws) + 1 / draws

/** What is drawn, and what is said of it. */
export function samplingContract(subject: Subject): void {
  const start = starter(subject)

  for (const [name, setting] of Object.entries(SETTINGS)) {
    it(`draws words as often as ${name} says`, async () => {
      const engine = await start()
      const draws = 1500
      const completions = await engine.sample([{ tokens: [1, 2], seeds: seedsFrom(100, draws) }], { ...SAMPLING, ...setting, maxTokens: 1 })
      const [policy] = await distributionsAfter(engine, [1, 2], [[]])
      const expected = expectedDistribution(policy!, { ...SAMPLING, ...setting })
      for (const word of WORDS.keys()) {
        const drawn = completions.filter(({ tokens }) => tokens[0] === word)
        const p = Math.exp(expected[word]!)
        assertNear(drawn.length / draws, p, p === 0 ? 0 : margin(p, draws), WORDS[word])
        for (const { logprobs_T, samplingLogprobs_T } of drawn) {
          assertNear(logprobs_T[0]!, policy![word]!, 1e-5)
          assertNear(samplingLogprobs_T[0]!, expected[word]!, 1e-5)
        }
      }
    })
  }

  it('draws the second word given the first', async () => {
    const engine = await start()
    const draws = 2000
    const pairs = (await engine.sample([{ tokens: [4, 3], seeds: seedsFrom(5000, draws) }], { ...SAMPLING, maxTokens: 2 })).map(({ tokens }) => tokens.join())
    const [first] = await distributionsAfter(engine, [4, 3], [[]])
    const second = await distributionsAfter(engine, [4, 3], WORDS.map((_, word) => [word]))
    for (const a of WORDS.keys()) {
      for (const b of WORDS.keys()) {
        const p = a === 0 ? 0 : Math.exp(first![a]! + second[a]![b]!)
        assertNear(pairs.filter((pair) => pair === `${a},${b}`).length / draws, p, p === 0 ? 0 : margin(p, draws), `${WORDS[a]} ${WORDS[b]}`)
      }
    }
  })

  it('takes the likeliest word at temperature 0', async () => {
    const engine = await start()
    const completions = await engine.sample(PROMPTS, { ...SAMPLING, temperature: 0 })
    for (const { promptIndex, tokens, samplingLogprobs_T } of completions) {
      const { tokens: prompt } = PROMPTS[promptIndex]!
      const distributions = await distributionsAfter(engine, prompt, tokens.map((_, t) => tokens.slice(0, t)))
      tokens.forEach((token, t) => assertNear(distributions[t]![token]!, Math.max(...distributions[t]!), 1e-6))
      assert.ok(samplingLogprobs_T.every((logprob) => logprob === 0))
    }
  })

  it('says of every token what scoring says of it', async () => {
    const engine = await start()
    const completions = await engine.sample(PROMPTS, { ...SAMPLING, temperature: 1.2, maxTokens: 60 })
    const scored = await engine.logprobs(completions.map(({ promptIndex, tokens }) => ({ prompt: PROMPTS[promptIndex]!.tokens, completion: tokens })))
    completions.forEach(({ tokens, logprobs_T, entropies_T, samplingLogprobs_T }, i) => {
      assert.deepEqual([logprobs_T.length, entropies_T.length, samplingLogprobs_T.length], [tokens.length, tokens.length, tokens.length])
      tokens.forEach((_, t) => {
        assertNear(logprobs_T[t]!, scored[i]!.logprobs_T[t]!, 1e-5)
        assertNear(entropies_T[t]!, scored[i]!.entropies_T[t]!, 1e-5)
      })
    })
  })

  it('knows the entropy of its whole distribution', async () => {
    const engine = await start()
    const [scored] = await engine.logprobs([{ prompt: [5, 2], completion: [3, 3, 0] }])
    const distributions = await distributionsAfter(engine, [5, 2], [[], [3], [3, 3]])
    distributions.forEach((logprobs, t) => {
      assertNear(logprobs.reduce((sum, logprob) => sum + Math.exp(logprob), 0), 1, 1e-6)
      assertNear(scored!.entropies_T[t]!, -logprobs.reduce((sum, logprob) => sum + Math.exp(logprob) * logprob, 0), 1e-5)
    })
  })

  it('gives the same bits for the same call, on another engine too', async () => {
    const [one, other] = [await start(), await start()]
    const completions = timeless(await one.sample(PROMPTS, SAMPLING))
    assert.deepEqual(timeless(await one.sample(PROMPTS, SAMPLING)), completions)
    if ((await one.info()).deterministic) assert.deepEqual(timeless(await other.sample(PROMPTS, SAMPLING)), completions)
  })

  it('draws a completion from its seed alone', async () => {
    const engine = await start()
    const all = await engine.sample(PROMPTS, SAMPLING)
    const reversed = [...PROMPTS].reverse().map(({ tokens, seeds }) => ({ tokens, seeds: [...seeds].reverse() }))
    const again = (await engine.sample(reversed, SAMPLING)).reverse()
    assert.deepEqual(again.map(({ tokens }) => tokens), all.map(({ tokens }) => tokens))
    const [alone] = await engine.sample([{ tokens: PROMPTS[2]!.tokens, seeds: [PROMPTS[2]!.seeds[1]!] }], SAMPLING)
    assert.deepEqual(alone!.tokens, all.find(({ promptIndex, sampleIndex }) => promptIndex === 2 && sampleIndex === 1)!.tokens)
    const [shorter] = await engine.sample([{ tokens: PROMPTS[2]!.tokens, seeds: [PROMPTS[2]!.seeds[1]!] }], { ...SAMPLING, maxTokens: 3 })
    assert.deepEqual(shorter!.tokens, alone!.tokens.slice(0, 3))
    assert.equal(new Set(all.filter(({ promptIndex }) => promptIndex === 0).map(({ tokens }) => tokens.join())).size, 6)
  })

  it('answers in the order of prompts, then seeds', async () => {
    const engine = await start()
    const completions = await engine.sample([PROMPTS[0]!, { tokens: [1], seeds: [] }, PROMPTS[1]!], SAMPLING)
    assert.deepEqual(completions.map((completion) => [completion.promptIndex, completion.sampleIndex]), [[0, 0], [0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [2, 0], [2, 1], [2, 2]])
    assert.deepEqual(await engine.sample([], SAMPLING), [])
  })

  it('ends a completion for a reason, with its text', async () => {
    const engine = await start()
    const completions = await engine.sample([{ tokens: [1], seeds: seedsFrom(700, 60) }], { ...SAMPLING, stop: ['c b', 'e'] })
    assert.deepEqual([...new Set(completions.map(({ stopReason }) => stopReason))].sort(), ['endOfText', 'length', 'stopString'])
    for (const { tokens, text, tokenEnds_T, stopReason } of completions) {
      const stopped = text.includes('c b') || text.includes('e')
      assert.equal(stopReason, tokens.at(-1) === 0 ? 'endOfText' : stopped ? 'stopString' : 'length')
      if (stopReason === 'length') assert.equal(tokens.length, 12)
      if (stopReason === 'stopString') assert.ok(/(c b|e)$/.test(text))
      assert.ok(tokens.indexOf(0) === -1 || tokens.indexOf(0) === tokens.length - 1)
      assert.equal(text, (await engine.decode([tokens.filter((token) => token !== 0)]))[0])
      const starts = [0, ...tokenEnds_T]
      tokens.forEach((token, t) => assert.equal(text.slice(starts[t], tokenEnds_T[t]).trim(), token === 0 ? '' : WORDS[token]))
    }
  })

  it('ends a completion where the context ends', async () => {
    const engine = await start()
    const tokens = Array.from({ length: CONTEXT - 3 }, (_, i) => 1 + (i % 6))
    const completions = await engine.sample([{ tokens, seeds: seedsFrom(0, 20) }], SAMPLING)
    assert.ok(completions.some(({ stopReason }) => stopReason === 'length'))
    for (const { tokens: made, stopReason } of completions) assert.ok(stopReason === 'endOfText' || made.length === 3)
    const [full] = await engine.sample([{ tokens: [...tokens, 1, 2, 3], seeds: [1] }], SAMPLING)
    assert.deepEqual([full!.tokens, full!.stopReason], [[], 'length'])
  })
}
