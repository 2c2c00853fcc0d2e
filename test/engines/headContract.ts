import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine, Loss, TrainSequence } from '../../trainer/engines/engine.ts'
import { referenceTermValues } from '../../trainer/engines/onnx/testing/referenceModel.ts'
import { HEAD_TERMS } from './lossCases.ts'
import { difference, dot, lossData, norm } from './lossData.ts'
import { adamW, assertNear, dropGradient, sgd, source, starter } from './subjects.ts'
import type { Subject } from './subjects.ts'

const LOSS: Loss = { terms: HEAD_TERMS, normalisation: { kind: 'tokenMean' } }
const MIXED: Loss = { terms: [...HEAD_TERMS, { kind: 'crossEntropy', weight: 0.2 }], normalisation: { kind: 'tokenMean' } }

async function train(engine: Engine, data: readonly TrainSequence[], rate: number, steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) {
    await engine.forwardBackward(data, MIXED)
    await engine.optimStep(adamW(rate))
  }
}

/** The reward head: absent, then zero, then trained, and kept with the model. */
export function headContract(subject: Subject): void {
  if (subject.lacks.includes('rewardHead')) return
  const start = starter(subject)
  let folder = ''
  beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'head-contract-')) })
  afterEach(() => rm(folder, { recursive: true }))

  it('has no reward head before one is trained, and then one at zero', async () => {
    const engine = await start()
    const data = await lossData(engine)
    await assert.rejects(engine.headValues(data), { code: 'engine/no-reward-head' })
    const names = Object.keys(await engine.gradients())
    const { termValues } = await engine.forwardBackward(data, { ...LOSS, terms: [HEAD_TERMS[0]!] })
    assertNear(termValues[0]!, Math.log(2), 1e-6)
    assert.ok((await engine.headValues(data)).flat().every((value) => value === 0))
    assert.ok(Object.keys(await engine.gradients()).length > names.length)
    await engine.loadModel(source)
    await assert.rejects(engine.headValues(data), { code: 'engine/no-reward-head' })
  })

  it('has the values of its terms, and what it says does not depend on what else is scored', async () => {
    const engine = await start()
    const data = await lossData(engine)
    await train(engine, data, subject.learningRate, 3)
    const heads = await engine.headValues(data)
    assert.deepEqual(heads.map(({ length }) => length), data.map(({ completion }) => completion.length))
    const result = await engine.forwardBackward(data, MIXED)
    const expected = referenceTermValues(MIXED, data, result.logprobs.map(({ logprobs_T, entropies_T }, i) => ({ logprobs: logprobs_T, entropies: entropies_T, heads: heads[i]! })))
    expected.forEach((value, i) => assertNear(result.termValues[i]!, value, 1e-5))
    const alone = await engine.headValues([data[2]!])
    alone[0]!.forEach((value, t) => assertNear(value, heads[2]![t]!, 1e-5))
    assert.deepEqual(await engine.headValues([]), [])
  })

  it('reads each token that it speaks of, and none after it', async () => {
    const engine = await start()
    const data = await lossData(engine)
    await train(engine, data, subject.learningRate, 3)
    const [whole, begun, other] = await engine.headValues([{ prompt: [2, 2], completion: [3, 4, 5] }, { prompt: [2, 2], completion: [3, 4] }, { prompt: [2, 2], completion: [3, 1] }])
    begun!.forEach((value, t) => assertNear(value, whole![t]!, 1e-5))
    assertNear(other![0]!, whole![0]!, 1e-5)
    assert.ok(Math.abs(other![1]! - whole![1]!) > 1e-6)
  })

  it('has the slope of its loss along its gradient', async () => {
    const engine = await start()
    const data = await lossData(engine)
    await train(engine, data, subject.learningRate, 3)
    await engine.forwardBackward(data, LOSS)
    const gradient = await engine.gradients()
    await dropGradient(engine)
    const step = 1e-3 / norm(gradient)
    const at = async (sign: number): Promise<number> => {
      await engine.snapshot('here')
      await engine.forwardBackward(data, { ...LOSS, terms: HEAD_TERMS.map((term) => ({ ...term, weight: -sign * term.weight })) })
      await engine.optimStep(sgd(step))
      const { loss } = await engine.forwardBackward(data, LOSS)
      await dropGradient(engine)
      await engine.restore('here')
      return loss
    }
    assertNear((await at(1) - await at(-1)) / (2 * step), dot(gradient, gradient), 2e-3 * norm(gradient) ** 2)
  })

  it('leaves the gradient of other losses alone', async () => {
    const [engine, other] = [await start(), await start()]
    const data = await lossData(engine)
    const loss: Loss = { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'tokenMean' } }
    await engine.forwardBackward(data, LOSS)
    await dropGradient(engine)
    await engine.forwardBackward(data, loss)
    await other.forwardBackward(data, loss)
    const [with_, without] = [await engine.gradients(), await other.gradients()]
    assert.ok(difference(Object.fromEntries(Object.keys(without).map((name) => [name, with_[name]!])), without) === 0)
    assert.ok(Object.entries(with_).every(([name, values]) => name in without || values.every((value) => value === 0)))
  })

  it('adds up over calls with a common denominator', async () => {
    const engine = await start()
    const data = await lossData(engine)
    await train(engine, data, subject.learningRate, 2)
    const loss: Loss = { ...LOSS, terms: [HEAD_TERMS[0]!] }
    await engine.forwardBackward(data, loss)
    const whole = await engine.gradients()
    await dropGradient(engine)
    const denominator = data.reduce((sum, { stepLabels_T, mask_T }) => sum + stepLabels_T!.filter((label, t) => label !== null && mask_T![t] === 1).length, 0)
    for (const part of [data.slice(0, 1), data.slice(1)]) await engine.forwardBackward(part, { ...loss, normalisation: { kind: 'tokenMean', denominator } })
    assert.ok(difference(await engine.gradients(), whole) < 20 * subject.precision)
  })

  it('is saved, loaded and goes on bit for bit', async () => {
    const [engine, other] = [await start(), await start()]
    const data = await lossData(engine)
    await train(engine, data, subject.learningRate, 3)
    await engine.save(folder, { optimizer: true, dtype: 'float32' })
    await other.load(folder, { optimizer: true })
    assert.deepEqual(await other.headValues(data), await engine.headValues(data))
    for (const each of [engine, other]) await train(each, data, subject.learningRate, 2)
    assert.deepEqual(await other.headValues(data), await engine.headValues(data))
    assert.deepEqual(await other.logprobs(data), await engine.logprobs(data))
    await other.loadModel({ kind: 'folder', folder })
    assert.notDeepEqual(await other.headValues(data), await engine.headValues(data))
  })

  it('comes back with a snapshot', async () => {
    const engine = await start()
    const data = await lossData(engine)
    await train(engine, data, subject.learningRate, 2)
    const before = await engine.headValues(data)
    await engine.snapshot('before')
    await train(engine, data, subject.learningRate, 1)
    assert.notDeepEqual(await engine.headValues(data), before)
    await engine.restore('before')
    assert.deepEqual(await engine.headValues(data), before)
  })

  it('rejects labels that are no probabilities', async () => {
    const engine = await start()
    const [sequence] = await lossData(engine)
    for (const [label, code] of [[2, 'engine/shape'], [-0.1, 'engine/shape'], [NaN, 'engine/not-finite']] as const) {
      const stepLabels_T = sequence!.completion.map((_, t) => (t === 0 ? label : null))
      await assert.rejects(engine.forwardBackward([{ ...sequence!, stepLabels_T }], LOSS), { code })
    }
    await assert.rejects(engine.forwardBackward([{ ...sequence!, returns_T: [1] }], LOSS), { code: 'engine/shape' })
  })
}
