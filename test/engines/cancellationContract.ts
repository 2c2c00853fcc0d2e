import assert from 'node:assert/strict'
import type { Engine, SampledCompletion, SampleEvents, TrainSequence } from '../../trainer/engines/engine.ts'
import { SAMPLING, seedsFrom, timeless } from './samplingContract.ts'
import { CONTEXT, starter, unteachEnding } from './subjects.ts'
import type { Subject } from './subjects.ts'

const LONG = { ...SAMPLING, maxTokens: CONTEXT - 3 }
const PROMPTS = [{ tokens: [1, 2], seeds: seedsFrom(0, 12) }, { tokens: [3], seeds: seedsFrom(50, 12) }]
const keyOf = ({ promptIndex, sampleIndex }: { promptIndex: number; sampleIndex: number }): string => `${promptIndex} ${sampleIndex}`

/** What can be seen of a call while it runs, and how it is ended. */
export function cancellationContract(subject: Subject): void {
  const start = starter(subject)
  const startTalkative = async (): Promise<Engine> => {
    const engine = await start()
    await unteachEnding(engine, subject)
    return engine
  }

  it('reports each completion once, whole, and its text in parts', async () => {
    const engine = await startTalkative()
    const finished: SampledCompletion[] = []
    const texts = new Map<string, string>()
    const events: SampleEvents = {
      finished: (completion) => void finished.push(completion),
      partial: (parts) => parts.forEach((part) => texts.set(keyOf(part), (texts.get(keyOf(part)) ?? '') + part.text))
    }
    const completions = await engine.sample(PROMPTS, LONG, events)
    const inOrder = [...finished].sort((a, b) => a.promptIndex - b.promptIndex || a.sampleIndex - b.sampleIndex)
    assert.deepEqual(timeless(inOrder), timeless(completions))
    assert.ok(texts.size > 0)
    for (const completion of completions) assert.ok(completion.text.startsWith(texts.get(keyOf(completion)) ?? ''))
  })

  it('cancels sampling within a chunk', async () => {
    const engine = await startTalkative()
    const whole = await engine.sample(PROMPTS, LONG)
    const controller = new AbortController()
    const completions = await engine.sample(PROMPTS, LONG, { partial: () => controller.abort() }, controller.signal)
    assert.equal(completions.length, whole.length)
    const cancelled = completions.filter(({ stopReason }) => stopReason === 'cancelled')
    assert.ok(cancelled.length > 0)
    const lengths = new Set(cancelled.map(({ tokens }) => tokens.length))
    assert.equal(lengths.size, 1)
    assert.ok([...lengths][0]! < LONG.maxTokens / 2)
    completions.forEach((completion, i) => {
      assert.deepEqual(completion.tokens, whole[i]!.tokens.slice(0, completion.tokens.length))
      assert.equal(completion.logprobs_T.length, completion.tokens.length)
      if (completion.stopReason !== 'cancelled') assert.deepEqual(timeless([completion]), timeless([whole[i]!]))
    })
  })

  it('samples nothing for a call that was cancelled before', async () => {
    const engine = await start()
    const completions = await engine.sample(PROMPTS, LONG, {}, AbortSignal.abort())
    assert.deepEqual(new Set(completions.map(({ stopReason, tokens }) => `${stopReason} ${tokens.length}`)), new Set(['cancelled 0']))
  })

  it('cancels scoring and training, the gradient forgotten', async () => {
    const engine = await start()
    const data: TrainSequence[] = Array.from({ length: 8 }, (_, i) => ({ prompt: [1 + (i % 6)], completion: [2, 3, 4, 5, 1 + (i % 5)] }))
    const loss = { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'tokenMean' } } as const
    await assert.rejects(engine.logprobs(data, undefined, AbortSignal.abort()), { code: 'engine/cancelled' })
    await engine.forwardBackward(data, loss)
    await assert.rejects(engine.forwardBackward(data, loss, AbortSignal.abort()), { code: 'engine/cancelled' })
    assert.ok(Object.values(await engine.gradients()).flat().every((value) => value === 0))
  })
}
