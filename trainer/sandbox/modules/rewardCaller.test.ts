import assert from 'node:assert/strict'
import { LabError } from '../../errors.ts'
import { callInBatches } from './rewardCaller.ts'
import type { RewardArguments, RewardCaller } from './rewardCaller.ts'

const failure = (code: string) => new LabError('sandbox', code, `it was ${code}`, { remedy: 'None.' })
const inputs = (count: number): RewardArguments[] => Array.from({ length: count }, (_, i) => [i])
const never = new AbortController().signal

/** Doubles its input; `fails` says what one input does to the call it is in. */
function doubling(fails: (input: number) => string | undefined = () => undefined) {
  const sizes: number[] = []
  const caller: RewardCaller = {
    call: async (batch) => {
      sizes.push(batch.length)
      for (const [input] of batch) {
        const code = fails(input as number)
        if (code !== undefined) throw failure(code)
      }
      return batch.map(([input]) => ({ value: 2 * (input as number) }))
    }
  }
  return { caller, sizes }
}

/** Time that passes only while a call of so many inputs runs. */
function clockOf(sizes: readonly number[], secondsPerInput: number): () => number {
  return () => sizes.reduce((sum, size) => sum + size * secondsPerInput, 0)
}

describe('sandbox: scoring in batches', () => {
  it('answers in the order of the inputs, in batches that grow while they are quick', async () => {
    const { caller, sizes } = doubling()
    const answers = await callInBatches(caller, inputs(1500), never, clockOf(sizes, 0))
    assert.deepEqual(answers, inputs(1500).map(([i]) => ({ value: 2 * (i as number) })))
    assert.deepEqual(sizes, [1, 8, 64, 512, 512, 403])
  })

  it('keeps batches small where an input takes long', async () => {
    const { caller, sizes } = doubling()
    await callInBatches(caller, inputs(40), never, clockOf(sizes, 0.04))
    assert.ok(Math.max(...sizes) <= 8, String(sizes))
    const slow = doubling()
    await callInBatches(slow.caller, inputs(5), never, clockOf(slow.sizes, 10))
    assert.deepEqual(slow.sizes, [1, 1, 1, 1, 1])
  })

  it('takes a batch apart in which something hangs: the others keep their scores', async () => {
    const { caller, sizes } = doubling((input) => (input === 5 ? 'sandbox/deadline' : undefined))
    const answers = await callInBatches(caller, inputs(20), never, clockOf(sizes, 0))
    assert.equal(answers.length, 20)
    answers.forEach((answer, i) => (i === 5 ? assert.ok(LabError.is(answer, 'sandbox/deadline')) : assert.deepEqual(answer, { value: 2 * i })))
  })

  it('gives up after many in a row that had to be stopped', async () => {
    const { caller, sizes } = doubling((input) => (input >= 3 ? 'sandbox/died' : undefined))
    await assert.rejects(callInBatches(caller, inputs(1000), never, clockOf(sizes, 0)), (error: unknown) => LabError.is(error, 'sandbox/hopeless') && /it was sandbox\/died/.test(error.message))
    assert.ok(sizes.length < 30, String(sizes.length))
  })

  it('ends with what is no fault of an input', async () => {
    for (const code of ['sandbox/cancelled', 'sandbox/infrastructure', 'sandbox/not-loadable']) {
      const { caller, sizes } = doubling(() => code)
      await assert.rejects(callInBatches(caller, inputs(10), never, clockOf(sizes, 0)), (error: unknown) => LabError.is(error, code))
      assert.equal(sizes.length, 1)
    }
  })
})
