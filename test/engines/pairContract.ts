import assert from 'node:assert/strict'
import type { Engine, Loss, LossTerm, TrainSequence } from '../../trainer/engines/engine.ts'
import { difference, lossData, norm } from './lossData.ts'
import type { Gradients } from './lossData.ts'
import { adamW, assertNear, dropGradient, starter } from './subjects.ts'
import type { Subject } from './subjects.ts'

const DPO: LossTerm = { kind: 'pairwise', weight: 1, variant: 'sigmoid', beta: 0.5 }
const LOSS: Loss = { terms: [DPO], normalisation: { kind: 'tokenMean' } }
const pairedOf = (data: readonly TrainSequence[]): TrainSequence[] => data.filter(({ pair }) => pair !== undefined)

async function gradientOf(engine: Engine, data: readonly TrainSequence[], loss: Loss): Promise<Gradients> {
  await engine.forwardBackward(data, loss)
  const gradients = await engine.gradients()
  await dropGradient(engine)
  return gradients
}

/** Preferences: sequences that count two by two. */
export function pairContract(subject: Subject): void {
  if (subject.lacks.includes('pairwise')) return
  const start = starter(subject)

  it('is log 2 where the policy is the reference, and pulls the sides apart', async () => {
    const engine = await start()
    const data = pairedOf(await lossData(engine))
    const scored = await engine.logprobs(data)
    const same = data.map((sequence, i) => ({ ...sequence, referenceLogprobs_T: scored[i]!.logprobs_T }))
    const first = await engine.forwardBackward(same, LOSS)
    assertNear(first.loss, Math.log(2), 1e-5)
    await engine.optimStep(adamW(subject.learningRate))
    const score = (sequence: TrainSequence, logprobs: readonly number[]): number => logprobs.reduce((sum, logp, t) => sum + logp * sequence.mask_T![t]!, 0)
    const after = await engine.logprobs(data)
    const margin = (scores: typeof scored): number => data.reduce((sum, sequence, i) => sum + (sequence.pair!.side === 'chosen' ? 1 : -1) * score(sequence, scores[i]!.logprobs_T), 0)
    assert.ok(margin(after) > margin(scored))
  })

  it('averages over pairs, wherever their sides stand and whatever else is there', async () => {
    const engine = await start()
    const data = await lossData(engine)
    const pairs = pairedOf(data)
    const whole = await gradientOf(engine, pairs, LOSS)
    const other: TrainSequence = { prompt: [1], completion: [2, 3] }
    for (const order of [[...pairs].reverse(), [other, ...pairs, other]]) assert.ok(difference(await gradientOf(engine, order, LOSS), whole) < 20 * subject.precision)
    const sides = (name: string): TrainSequence[] => pairs.filter(({ pair }) => pair!.name === name)
    for (const name of ['pair 0', 'pair 1']) await engine.forwardBackward(sides(name), { ...LOSS, normalisation: { kind: 'tokenMean', denominator: 2 } })
    assert.ok(difference(await engine.gradients(), whole) < 20 * subject.precision)
  })

  it('stands beside other terms', async () => {
    const engine = await start()
    const data = pairedOf(await lossData(engine))
    const likelihood: LossTerm = { kind: 'crossEntropy', weight: 0.3 }
    const [pair, cross, both] = [await gradientOf(engine, data, LOSS), await gradientOf(engine, data, { ...LOSS, terms: [likelihood] }), await gradientOf(engine, data, { ...LOSS, terms: [DPO, likelihood] })]
    const sum = Object.fromEntries(Object.entries(pair).map(([name, values]) => [name, values.map((value, i) => value + cross[name]![i]!)]))
    assert.ok(difference(both, sum) < 20 * subject.precision)
  })

  it('rejects half pairs and settings that make no sense', async () => {
    const engine = await start()
    const data = pairedOf(await lossData(engine))
    await assert.rejects(engine.forwardBackward(data.slice(1), LOSS), { code: 'engine/pair' })
    await assert.rejects(engine.forwardBackward([...data, data[0]!], LOSS), { code: 'engine/pair' })
    for (const wrong of [{ beta: 0 }, { beta: NaN }, { labelSmoothing: 0.5 }, { margin: Infinity }]) {
      await assert.rejects(engine.forwardBackward(data, { ...LOSS, terms: [{ ...DPO, ...wrong }] }), { code: 'engine/loss' })
    }
    assert.equal(norm(await engine.gradients()), 0)
  })
}
