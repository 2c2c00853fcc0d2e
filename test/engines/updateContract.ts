import assert from 'node:assert/strict'
import type { Engine, OptimizerStep } from '../../trainer/engines/engine.ts'
import { LabError } from '../../trainer/errors.ts'
import { lossData, norm, OF_LOGPROBS } from './lossData.ts'
import { adamW, assertNear, sgd, starter } from './subjects.ts'
import type { Subject } from './subjects.ts'

/** Optimiser steps. */
export function updateContract(subject: Subject): void {
  const start = starter(subject)
  const unit = Math.max(10 * subject.precision, 1e-9)

  const train = async (engine: Engine, step: OptimizerStep): Promise<string> => {
    await engine.forwardBackward(await lossData(engine), OF_LOGPROBS)
    await engine.optimStep(step)
    return JSON.stringify(await engine.logprobs([{ prompt: [1, 2], completion: [3, 4, 5] }]))
  }

  it('goes against the gradient by the learning rate', async () => {
    const engine = await start()
    await engine.forwardBackward(await lossData(engine), OF_LOGPROBS)
    const gradNorm = norm(await engine.gradients())
    const result = await engine.optimStep(sgd(0.1))
    assertNear(result.gradNorm / gradNorm, 1, unit)
    assertNear(result.updateNorm / gradNorm, 0.1, unit)
    assert.ok(result.parameterNorm > 0)
  })

  it('clips the gradient to a global norm, and only a longer one', async () => {
    const engine = await start()
    for (const [share, kept] of [[0.25, 0.25], [4, 1]] as const) {
      await engine.forwardBackward(await lossData(engine), OF_LOGPROBS)
      const gradNorm = norm(await engine.gradients())
      const result = await engine.optimStep({ ...sgd(0.01), maxGradNorm: share * gradNorm })
      assertNear(result.gradNorm / gradNorm, 1, unit)
      // PyTorch adds 1e-6 to the norm that it divides by.
      assertNear(result.updateNorm / (0.01 * gradNorm), kept, 1e-4)
    }
  })

  it('spends the gradient', async () => {
    const engine = await start()
    await train(engine, adamW(0.01))
    assert.equal(norm(await engine.gradients()), 0)
  })

  it('makes AdamW’s first step by the learning rate in every parameter with a gradient', async () => {
    const engine = await start()
    await engine.forwardBackward(await lossData(engine), OF_LOGPROBS)
    const moving = Object.values(await engine.gradients()).flat().filter((value) => Math.abs(value) > 1e-5).length
    const { updateNorm } = await engine.optimStep(adamW(0.001))
    const all = Object.values(await engine.gradients()).flat().length
    assert.ok(updateNorm >= 0.001 * Math.sqrt(moving) * 0.99 && updateNorm <= 0.001 * Math.sqrt(all) * 1.01)
  })

  it('shrinks the parameters by weight decay', async () => {
    const engine = await start()
    const { parameterNorm: before } = await engine.optimStep(sgd(0))
    for (const name of ['adamw', 'sgd'] as const) {
      await engine.snapshot('before')
      const { parameterNorm, updateNorm } = await engine.optimStep({ ...adamW(0.1), name, weightDecay: 0.5 })
      assertNear(parameterNorm / before, 0.95, 1e-5)
      assertNear(updateNorm / before, 0.05, 1e-5)
      await engine.restore('before')
    }
  })

  it('names the first tensor that an update takes beyond all numbers', async () => {
    const engine = await start()
    await engine.forwardBackward(await lossData(engine), OF_LOGPROBS)
    const [first] = Object.entries(await engine.gradients()).find(([, values]) => values.some((value) => value !== 0)) ?? []
    await assert.rejects(engine.optimStep(sgd(1e308)), (error: unknown) => {
      assert.ok(LabError.is(error, 'engine/not-finite'), String(error))
      assert.deepEqual([error.place, error.message.includes(first!)], [first, true])
      return true
    })
    assert.equal(norm(await engine.gradients()), 0)
  })

  it('forgets moments and step count when asked', async () => {
    const engine = await start()
    await engine.snapshot('before')
    const first = await train(engine, adamW(0.01))
    await engine.forwardBackward([{ prompt: [4], completion: [2, 1] }], { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'tokenMean' } })
    await engine.optimStep(adamW(0.01))
    await engine.restore('before')
    assert.notEqual(await train(engine, adamW(0.01)), first)
    await engine.restore('before')
    await engine.resetOptimizer()
    assert.equal(await train(engine, adamW(0.01)), first)
  })
}
