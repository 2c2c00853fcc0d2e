import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LabError } from '../errors.ts'
import { Reward } from '../protocol/rollout.ts'
import type { PartScore, RewardFunction } from './reward.ts'
import { rewardInput } from './rewardInput.fixture.ts'
import { scoreRollout } from './scoreRollout.ts'
import type { WeightedReward } from './scoreRollout.ts'

const part = (name: string, weight: number, score: RewardFunction['score']): WeightedReward => ({ weight, reward: { name, score } })
const constant = (score: number | null, weight = 1): WeightedReward => part('constant', weight, () => ({ score, why: '' }))
const score = (parts: readonly WeightedReward[], deadlineSeconds = 30, signal?: AbortSignal) =>
  scoreRollout(parts, rewardInput(), { deadlineSeconds, ...(signal && { signal }) })
const never = (): Promise<PartScore> => new Promise(() => undefined)

describe('scoreRollout', () => {
  it('sums the parts by weight', async () => {
    assert.deepEqual(await score([constant(1), constant(0.5, -0.5)]), {
      reward: { total: 0.75, parts: [{ name: 'constant', weight: 1, score: 1, why: '' }, { name: 'constant', weight: -0.5, score: 0.5, why: '' }] },
      errors: []
    })
  })

  const broken: Record<string, RewardFunction['score']> = {
    throws: () => { throw new Error('no luck') },
    rejects: () => Promise.reject(new Error('no luck')),
    'throws no error': () => { throw 'no luck' },
    'gives NaN': () => ({ score: NaN, why: '' }),
    'gives Infinity': () => ({ score: Infinity, why: '' }),
    'gives a string': () => ({ score: '1', why: '' }) as unknown as PartScore,
    'gives nothing': () => undefined as unknown as PartScore,
    'gives null': () => null as unknown as PartScore
  }
  for (const [what, misbehave] of Object.entries(broken)) {
    it(`has null, the reason and an error for a part that ${what}; the others stand`, async () => {
      const { reward, errors } = await score([part('bad', 1, misbehave), constant(1)])
      assert.equal(reward.total, null)
      assert.deepEqual(reward.parts.map((one) => one.score), [null, 1])
      assert.equal(errors.length, 1)
      assert.equal(errors[0]?.boundary, 'reward')
      assert.equal(errors[0]?.message, `bad: ${reward.parts[0]?.why}`)
    })
  }

  it('gives up on a part that hangs, and tells it so', async () => {
    let told: AbortSignal | undefined
    const hang = part('slow', 1, (_, signal) => { told = signal; return never() })
    const { reward, errors } = await score([hang, constant(1)], 0.01)
    assert.equal(reward.total, null)
    assert.match(reward.parts[0]?.why ?? '', /longer than 0.01 s/)
    assert.equal(errors.length, 1)
    assert.equal(told?.aborted, true)
  })

  it('stops at once when cancelled, before or during', async () => {
    const controller = new AbortController()
    const during = score([part('slow', 1, never)], 1000, controller.signal)
    controller.abort()
    assert.equal((await during).reward.total, null)
    assert.equal((await score([part('slow', 1, never)], 1000, controller.signal)).reward.parts[0]?.why, 'cancelled')
  })

  it('does not let a null or broken part of weight 0 count', async () => {
    assert.equal((await score([constant(1), constant(null, 0), part('bad', 0, () => { throw new Error('x') })])).reward.total, 1)
  })

  it('takes an honest null as not scorable without an error', async () => {
    const { reward, errors } = await score([constant(null)])
    assert.deepEqual([reward.total, errors], [null, []])
  })

  it('has no total where the sum leaves the range of numbers', async () => {
    const { reward, errors } = await score([constant(1e308, 10)])
    assert.deepEqual([reward.total, errors.length], [null, 1])
  })

  it('names the sandbox where a module failed there', async () => {
    const died = part('module', 1, () => { throw new LabError('sandbox', 'sandbox/died', 'died', { remedy: '' }) })
    assert.equal((await score([died])).errors[0]?.boundary, 'sandbox')
  })

  it('always gives a valid record', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.option(fc.double()), fc.double({ noNaN: true, noDefaultInfinity: true }))), async (scores) => {
      const { reward } = await score(scores.map(([value, weight]) => constant(value, weight)))
      assert.ok(Reward.safeParse(reward).success)
    }))
  })
})
