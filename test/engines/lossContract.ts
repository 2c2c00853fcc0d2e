import assert from 'node:assert/strict'
import type { ForwardBackwardResult, TrainSequence } from '../../trainer/engines/engine.ts'
import { referenceTermValues } from '../../trainer/engines/onnx/testing/referenceModel.ts'
import { lossData, lossesOf } from './lossData.ts'
import { assertNear, starter } from './subjects.ts'
import type { Subject } from './subjects.ts'

/** What `forwardBackward` reports. */
export function lossContract(subject: Subject): void {
  const start = starter(subject)

  for (const [name, loss] of Object.entries(lossesOf(subject))) {
    it(`has the value of ${name}`, async () => {
      const engine = await start()
      const data = await lossData(engine)
      const scored = await engine.logprobs(data)
      const result = await engine.forwardBackward(data, loss)
      const expected = referenceTermValues(loss, data, scored.map(({ logprobs_T, entropies_T }) => ({ logprobs: logprobs_T, entropies: entropies_T })))
      assert.equal(result.termValues.length, loss.terms.length)
      expected.forEach((value, i) => assertNear(result.termValues[i]!, value, 1e-5))
      assertNear(result.loss, loss.terms.reduce((sum, { weight }, i) => sum + weight * expected[i]!, 0), 1e-5)
      result.logprobs.forEach(({ logprobs_T, entropies_T }, i) => {
        logprobs_T.forEach((logprob, t) => assertNear(logprob, scored[i]!.logprobs_T[t]!, 1e-5))
        entropies_T.forEach((entropy, t) => assertNear(entropy, scored[i]!.entropies_T[t]!, 1e-5))
      })
    })
  }

  it('counts ratios and clipped tokens among the masked ones', async () => {
    const engine = await start()
    const data = await lossData(engine)
    const scored = await engine.logprobs(data)
    const tokens = data.flatMap((sequence, i) => sequence.completion.map((_, t) => ({
      counts: sequence.mask_T![t] === 1, advantage: sequence.advantages_T![t]!, ratio: Math.exp(scored[i]!.logprobs_T[t]! - sequence.behaviourLogprobs_T![t]!)
    }))).filter(({ counts }) => counts)
    const share = (chosen: (token: { advantage: number; ratio: number }) => boolean): number => tokens.filter(chosen).length / tokens.length
    const result = await engine.forwardBackward(data, { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.35 }], normalisation: { kind: 'tokenMean' } })
    assertNear(result.clippedLow, share(({ advantage, ratio }) => advantage < 0 && ratio < 0.8), 1e-12)
    assertNear(result.clippedHigh, share(({ advantage, ratio }) => advantage > 0 && ratio > 1.35), 1e-12)
    assert.ok(result.clippedLow > 0 && result.clippedHigh > 0)
    assertNear(result.meanRatio, tokens.reduce((sum, { ratio }) => sum + ratio, 0) / tokens.length, 1e-5)
    assertNear(result.maxRatio, Math.max(...tokens.map(({ ratio }) => ratio)), 1e-5)
    assert.ok(result.tokens > 0)
  })

  it('reports a ratio of 1 where there is none', async () => {
    const engine = await start()
    const { clippedLow, clippedHigh, meanRatio, maxRatio } = await engine.forwardBackward(await lossData(engine), { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'tokenMean' } })
    assert.deepEqual([clippedLow, clippedHigh, meanRatio, maxRatio], [0, 0, 1, 1])
  })

  it('counts missing arrays as zeros, missing weights and a missing mask as ones', async () => {
    const engine = await start()
    const [{ prompt, completion }] = (await lossData(engine)) as [TrainSequence]
    const filled = (value: number): number[] => completion.map(() => value)
    const whole = { prompt, completion, mask_T: filled(1), weights_T: filled(1), advantages_T: filled(0), behaviourLogprobs_T: filled(0), referenceLogprobs_T: filled(0) }
    for (const loss of Object.values(lossesOf(subject))) {
      const values = async (sequence: TrainSequence): Promise<ForwardBackwardResult> => engine.forwardBackward([sequence], loss)
      assert.deepEqual(await values({ prompt, completion }), await values(whole))
    }
  })
}
