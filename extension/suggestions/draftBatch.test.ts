import assert from 'node:assert/strict'
import type { NewRecord } from '../contracts/labels.ts'
import { Ledger, onTrace, threeSteps } from '../ratings/labels.fixture.ts'
import { prepareBatch, resultText, runBatch } from './draftBatch.ts'
import type { BatchParts } from './draftBatch.ts'
import { failureText, SuggestionFailure } from './failures.ts'
import { promptedSuggester } from './promptedSuggester.ts'
import type { Ask, AskingLimits } from './promptedSuggester.ts'

const SOURCE = { kind: 'model', provider: 'models.example', model: 'm' } as const
const LIMITS: AskingLimits = { caps: { requests: 100, tokens: 1e6, cost: 1 }, prices: { input: 0, output: 0 }, replyTokens: 100, seconds: 600, atOnce: 1, promptTokens: Infinity }
const GOOD = JSON.stringify({ ratings: [1, -1], firstWrongStep: 2, right: false, critique: 'It is 10.' })
const asked = (ask: Ask, more: Partial<AskingLimits> = {}) => promptedSuggester('m', SOURCE, { to: 'models.example', terms: [] }, { ...LIMITS, ...more }, ask)

/** Rollouts whose problem names them, so that an answer can depend on it. */
const rolloutNamed = (id: string) => {
  const rollout = threeSteps({ id })
  return { ...rollout, segments: rollout.segments.map((segment) => ({ ...segment, samplePrompt: { text: `problem ${id}.`, tokens: [] } })) }
}
const nameIn = (prompt: string): string => /problem (\w+)\./.exec(prompt)?.[1] ?? ''

function bench(append: (records: readonly NewRecord[]) => void = () => undefined) {
  const written: NewRecord[] = []
  const ledger = new Ledger()
  const parts = {
    queries: { ask: (_: string, { id }: { id: string }) => Promise.resolve(id === 'gone' ? null : rolloutNamed(id)) },
    labels: {
      of: ({ id }: { id: string }) => Promise.resolve(ledger.labels.filter(({ rollout }) => rollout === id)),
      append: (_: string, records: readonly NewRecord[]) => Promise.resolve().then(() => (append(records), written.push(...records), records))
    }
  } as unknown as BatchParts
  const run = async (ids: readonly string[], suggester: ReturnType<typeof asked>, signal = new AbortController().signal) => {
    const batch = await prepareBatch(parts, ids.map((id) => ({ run: '/runs/r', id })), SOURCE)
    const counts: number[] = []
    return { ...(await runBatch(parts, suggester, batch, { signal, done: (finished) => counts.push(finished) })), counts }
  }
  return { parts, ledger, written, run }
}

describe('a batch of drafts', () => {
  it('goes on past answers that are garbage, fail or do not come, and counts each', async () => {
    const answers: Record<string, Ask> = {
      good: () => Promise.resolve({ text: GOOD }), prose: () => Promise.resolve({ text: 'Looks right to me!' }), other: () => Promise.resolve({ text: GOOD.replace('[1,-1]', '[1,1]') }),
      broken: () => Promise.reject(new Error('socket hang up')), never: () => new Promise(() => undefined), last: () => Promise.resolve({ text: GOOD })
    }
    const { written, run } = bench()
    // Answers that come do so at once: only the one that never comes meets the time limit.
    const result = await run(Object.keys(answers), asked((prompt, asking) => answers[nameIn(prompt)]!(prompt, asking), { seconds: 0.2 }))
    assert.deepEqual([result.drafts, result.rollouts, result.counts], [10, 2, [1, 2, 3, 4, 5, 6]])
    assert.deepEqual(result.failures.map(({ code }) => code), ['notJson', 'notAReview', 'failed', 'noAnswer'])
    assert.deepEqual([...new Set(written.map(({ rollout }) => rollout))], ['good', 'last'])
    assert.ok(written.every(({ draft, source }) => draft === true && source === SOURCE))
    assert.equal(resultText(result, 'm'), '10 drafts on 2 rollouts from m. 4 rollouts without: 1 with an answer that is not the JSON asked for, 1 with an answer that is no review of these steps, 1 failed, 1 without an answer in time.')
  })

  it('asks about no rollout that is gone or has such drafts already', async () => {
    const { ledger, run } = bench()
    ledger.add(rolloutNamed('drafted'), 'ann', onTrace(threeSteps(), { kind: 'verdict', right: true }), { draft: true, source: SOURCE })
    const prompts: string[] = []
    const { failures } = await run(['gone', 'drafted', 'new'], asked((prompt) => (prompts.push(nameIn(prompt)), Promise.resolve({ text: GOOD }))))
    assert.deepEqual([prompts, failures.map(({ code }) => code)], [['new'], ['gone', 'alreadyDrafted']])
  })

  it('sends nothing over the caps, and says how many were left out', async () => {
    let sent = 0
    const ask: Ask = () => (sent++, Promise.resolve({ text: GOOD, usage: { input: 10, output: 10 } }))
    const { failures, rollouts } = await bench().run(['a', 'b', 'c', 'd'], asked(ask, { caps: { requests: 2, tokens: 1e6, cost: 1 }, atOnce: 4 }))
    assert.deepEqual([sent, rollouts, failureText(failures)], [2, 2, '2 left out at the cap of the batch'])
    sent = 0
    const { failures: tooDear } = await bench().run(['a', 'b'], asked(ask, { prices: { input: 1e6, output: 0 } }))
    assert.deepEqual([sent, tooDear.map(({ code }) => code)], [0, ['overCap', 'overCap']])
    const { failures: tooLong } = await bench().run(['a'], asked(ask, { promptTokens: 10 }))
    assert.deepEqual([sent, tooLong.map(({ code }) => code)], [0, ['promptTooLong']])
  })

  it('asks nobody further once no other request can fare better', async () => {
    let sent = 0
    const ask: Ask = () => (sent++, Promise.reject(new SuggestionFailure('refused', 'The endpoint answered 401.', { forAll: true })))
    const { failures } = await bench().run(['a', 'b', 'c'], asked(ask))
    assert.deepEqual([sent, failures.map(({ code }) => code)], [1, ['refused', 'notAsked', 'notAsked']])
  })

  it('keeps what came when it is given up', async () => {
    const stop = new AbortController()
    const ask: Ask = (prompt) => (nameIn(prompt) === 'b' ? (stop.abort(), new Promise(() => undefined)) : Promise.resolve({ text: GOOD }))
    const { written, run } = bench()
    const { drafts, failures } = await run(['a', 'b', 'c'], asked(ask), stop.signal)
    assert.deepEqual([drafts, failures, written.length], [5, [], 5])
  })

  it('stops asking, and says so, when drafts cannot be written', async () => {
    let sent = 0
    const { run } = bench(() => {
      throw new Error('no space left on device')
    })
    await assert.rejects(run(['a', 'b', 'c', 'd', 'e', 'f'], asked(async () => (sent++, await new Promise(setImmediate), { text: GOOD }))), /no space left/)
    assert.equal(sent, 2)
  })
})
