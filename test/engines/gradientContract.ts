import assert from 'node:assert/strict'
import type { Engine, Loss, SequenceLogprobs, TrainSequence } from '../../trainer/engines/engine.ts'
import { referenceTermValues } from '../../trainer/engines/onnx/testing/referenceModel.ts'
import { difference, dot, lossData, lossesOf, norm, OF_LOGPROBS } from './lossData.ts'
import type { Gradients } from './lossData.ts'
import { assertNear, dropGradient, sgd, starter } from './subjects.ts'
import type { Subject } from './subjects.ts'

const crossEntropy = (weight: number): Loss => ({ terms: [{ kind: 'crossEntropy', weight }], normalisation: { kind: 'tokenMean' } })
/** Along their gradients the model is moved to see how a loss changes. */
const ELSEWHERE: readonly TrainSequence[] = [{ prompt: [6], completion: [5, 5, 1, 2] }, { prompt: [3, 1], completion: [4, 0] }, { prompt: [1, 2, 3], completion: [6, 3, 3] }]

async function gradientOf(engine: Engine, data: readonly TrainSequence[], loss: Loss): Promise<Gradients> {
  await engine.forwardBackward(data, loss)
  const gradients = await engine.gradients()
  await dropGradient(engine)
  return gradients
}

/** The loss after the parameters went `step` against the gradient of another one. */
async function lossAfter(engine: Engine, data: readonly TrainSequence[], loss: Loss, against: () => Promise<unknown>, step: number): Promise<number> {
  await engine.snapshot('here')
  await against()
  await engine.optimStep(sgd(step))
  const value = (await engine.forwardBackward(data, loss)).loss
  await dropGradient(engine)
  await engine.restore('here')
  return value
}

/** Central difference of a loss along the gradient h of `ELSEWHERE[i]`, against g · h. */
async function assertSlope(engine: Engine, data: readonly TrainSequence[], loss: Loss, gradient: Gradients, i: number): Promise<void> {
  const direction = await gradientOf(engine, [ELSEWHERE[i]!], crossEntropy(1))
  const step = 1e-3 / norm(direction)
  const at = (sign: number): Promise<number> => lossAfter(engine, data, loss, () => engine.forwardBackward([ELSEWHERE[i]!], crossEntropy(-sign)), step)
  const slope = (await at(1) - await at(-1)) / (2 * step)
  assertNear(slope, dot(gradient, direction), 1e-3 * norm(gradient) * norm(direction))
}

/** dL/dlogp of every completion token, by central differences of the loss's definition. */
function hostGradient(loss: Loss, data: readonly TrainSequence[], scored: readonly SequenceLogprobs[]): number[][] {
  const STEP = 1e-6
  const lossAt = (logprobs: readonly (readonly number[])[]): number => {
    const values = referenceTermValues(loss, data, logprobs.map((values_T) => ({ logprobs: values_T, entropies: [] })))
    return loss.terms.reduce((sum, { weight }, i) => sum + weight * values[i]!, 0)
  }
  const logprobs = scored.map(({ logprobs_T }) => logprobs_T)
  const moved = (i: number, t: number, by: number): number => lossAt(logprobs.map((values, j) => (j === i ? values.map((value, s) => (s === t ? value + by : value)) : values)))
  return logprobs.map((values, i) => values.map((_, t) => (moved(i, t, STEP) - moved(i, t, -STEP)) / (2 * STEP)))
}

/** The gradient that `forwardBackward` adds. */
export function gradientContract(subject: Subject): void {
  const start = starter(subject)
  const close = 20 * subject.precision

  for (const [name, loss] of Object.entries(lossesOf(subject))) {
    it(`has the slopes of ${name}`, async () => {
      const engine = await start()
      const data = await lossData(engine)
      const gradient = await gradientOf(engine, data, loss)
      assert.ok(norm(gradient) > 1e-3)
      for (const i of ELSEWHERE.keys()) await assertSlope(engine, data, loss, gradient, i)
    })
  }

  it('reaches any loss of log-probabilities by two passes', async () => {
    const engine = await start()
    const data = await lossData(engine)
    const scored = await engine.logprobs(data)
    const slopes = hostGradient(OF_LOGPROBS, data, scored)
    const second = data.map(({ prompt, completion }, i) => ({ prompt, completion, advantages_T: slopes[i]!.map((slope) => -slope) }))
    const byTwoPasses = await gradientOf(engine, second, { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'none' }], normalisation: { kind: 'constant', length: 1, denominator: 1 } })
    assert.ok(difference(byTwoPasses, await gradientOf(engine, data, OF_LOGPROBS)) < 1e-5)
  })

  it('accumulates over calls to the gradient of one big batch', async () => {
    const engine = await start()
    const data = await lossData(engine)
    const unmasked = data.flatMap(({ mask_T }) => mask_T!).filter((mask) => mask === 1).length
    const { terms } = OF_LOGPROBS
    for (const [normalisation, denominator] of [[{ kind: 'tokenMean' }, unmasked], [{ kind: 'sequenceMean' }, data.length], [{ kind: 'constant', length: 5 }, data.length]] as const) {
      const whole = await gradientOf(engine, data, { terms, normalisation })
      for (const part of [data.slice(0, 1), data.slice(1)]) await engine.forwardBackward(part, { terms, normalisation: { ...normalisation, denominator } })
      assert.ok(difference(await engine.gradients(), whole) < subject.precision)
      await dropGradient(engine)
    }
  })

  it('does not depend on the order of the data', async () => {
    const engine = await start()
    const data = await lossData(engine)
    const [one, other] = [await gradientOf(engine, data, OF_LOGPROBS), await gradientOf(engine, [...data].reverse(), OF_LOGPROBS)]
    assert.ok(difference(one, other) < close)
  })

  it('reads nothing of masked tokens', async () => {
    const engine = await start()
    const data = await lossData(engine)
    const scrambled = data.map((sequence) => {
      const changed = (values: readonly number[], by: number): number[] => values.map((value, t) => (sequence.mask_T![t] === 0 ? by : value))
      return {
        ...sequence, advantages_T: changed(sequence.advantages_T!, 1e3), behaviourLogprobs_T: changed(sequence.behaviourLogprobs_T!, -500),
        referenceLogprobs_T: changed(sequence.referenceLogprobs_T!, 500), weights_T: changed(sequence.weights_T!, 1e3)
      }
    })
    for (const loss of Object.values(lossesOf(subject))) {
      const [one, other] = [await engine.forwardBackward(data, loss), await engine.forwardBackward(scrambled, loss)]
      assert.deepEqual(other, one)
      await dropGradient(engine)
      assert.deepEqual(await gradientOf(engine, scrambled, loss), await gradientOf(engine, data, loss))
    }
  })

  it('counts a sequence that is masked whole among the sequences, and nothing else of it', async () => {
    const engine = await start()
    const data = await lossData(engine)
    const masked: TrainSequence = { prompt: [1, 5], completion: [2, 2, 2], mask_T: [0, 0, 0], advantages_T: [1, 1, 1] }
    const { terms } = OF_LOGPROBS
    const byTokens: Loss = { terms, normalisation: { kind: 'tokenMean' } }
    assert.ok(difference(await gradientOf(engine, [...data, masked], byTokens), await gradientOf(engine, data, byTokens)) < close)
    const bySequences = await gradientOf(engine, [...data, masked], { terms, normalisation: { kind: 'sequenceMean' } })
    assert.ok(difference(bySequences, await gradientOf(engine, data, { terms, normalisation: { kind: 'sequenceMean', denominator: data.length + 1 } })) < close)
    const nothing = await engine.forwardBackward([masked], byTokens)
    assert.deepEqual([nothing.loss, norm(await engine.gradients())], [0, 0])
  })
}
