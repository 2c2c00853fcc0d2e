import assert from 'node:assert/strict'
import type { Consents } from '../contracts/trainers.ts'
import { LabHostError } from '../trainers/labHostError.ts'
import { afterRefusal, consentedOnce, hashTold, isRefusal, REFUSALS, unapprovedIn, untilConsented } from './refusals.ts'
import type { Refusal } from './refusals.ts'

const refused = (code: string): Error => Object.assign(new Error(code), { code })

/** A start that is refused until it has what it needs, in this order. */
function starting(needs: readonly (readonly [Refusal, (consents: Consents) => boolean])[]) {
  const given: Consents[] = []
  return {
    given,
    start: async (consents: Consents) => {
      given.push(consents)
      const lacking = needs.find(([, has]) => !has(consents))
      if (lacking) throw refused(lacking[0])
      return 'started'
    }
  }
}

describe('what is refused until people say so', () => {
  it('is asked for one by one, and all of it is handed on', async () => {
    const { start, given } = starting([['sandbox/no-backend', ({ unsafeSandbox }) => unsafeSandbox === true], ['reward/paid-cheats', ({ acceptPaidCheats }) => acceptPaidCheats?.length === 2]])
    const answers: Consents[] = [{ unsafeSandbox: true }, { acceptPaidCheats: ['a'] }, { acceptPaidCheats: ['b'] }]
    const asked: Refusal[] = []
    assert.equal(await untilConsented(REFUSALS, async (refusal) => (asked.push(refusal), answers.shift()), start), 'started')
    assert.deepEqual(asked, ['sandbox/no-backend', 'reward/paid-cheats', 'reward/paid-cheats'])
    assert.deepEqual(given.at(-1), { unsafeSandbox: true, acceptPaidCheats: ['a', 'b'] })
  })

  it('is asked for once for all that a command starts: what was said of the first run holds for the others', async () => {
    const { start, given } = starting([
      ['trust/not-approved', ({ trustedModules }) => trustedModules?.includes('a') === true],
      ['sandbox/no-backend', ({ unsafeSandbox }) => unsafeSandbox === true]
    ])
    const asked: Refusal[] = []
    const consented = consentedOnce(REFUSALS, async (refusal) => (asked.push(refusal), refusal === 'trust/not-approved' ? { trustedModules: ['a'] } : { unsafeSandbox: true }))
    for (const seed of [1, 2, 3]) assert.equal(await consented(start), 'started', `seed ${seed}`)
    assert.deepEqual(asked, ['trust/not-approved', 'sandbox/no-backend'])
    assert.deepEqual(given.slice(-3), Array(3).fill({ trustedModules: ['a'], unsafeSandbox: true }))
  })

  it('is asked for before it is tried again where nobody could be asked, beside what was consented to before', async () => {
    const { start, given } = starting([['reward/paid-cheats', ({ acceptPaidCheats }) => acceptPaidCheats?.length === 2]])
    const asked: unknown[] = []
    const error = refused('reward/paid-cheats')
    const ask = async (_: Refusal, why: unknown): Promise<Consents> => (asked.push(why, given.length), { acceptPaidCheats: ['b'] })
    assert.equal(await afterRefusal(error, consentedOnce(REFUSALS, ask, { acceptPaidCheats: ['a'], trustedModules: ['a'] }))(start), 'started')
    assert.deepEqual(asked, [error, 0])
    assert.deepEqual(given, [{ acceptPaidCheats: ['a', 'b'], trustedModules: ['a'] }])
    assert.equal(await afterRefusal(error, consentedOnce(REFUSALS, async () => undefined))(start), undefined)
    assert.deepEqual([isRefusal(error), isRefusal(refused('sandbox/no-runner')), isRefusal('no error')], [true, false, false])
  })

  it('is not done where they decline', async () => {
    const { start, given } = starting([['sandbox/no-backend', () => false]])
    assert.equal(await untilConsented(REFUSALS, async () => undefined, start), undefined)
    assert.deepEqual(given, [{}])
  })

  it('is an error where consent does not help, where it may not be asked for, and where it is no refusal', async () => {
    const ask = async (): Promise<Consents> => ({ unsafeSandbox: true })
    const never = starting([['sandbox/no-backend', () => false]])
    await assert.rejects(untilConsented(REFUSALS, ask, never.start), { code: 'sandbox/no-backend' })
    assert.equal(never.given.length, 2)
    await assert.rejects(untilConsented(['trust/not-approved'], ask, starting([['sandbox/no-backend', () => false]]).start), { code: 'sandbox/no-backend' })
    await assert.rejects(untilConsented(REFUSALS, ask, () => Promise.reject(refused('sandbox/no-runner'))), { code: 'sandbox/no-runner' })
  })

  it('is asked for module by module, each once', async () => {
    const unapproved = (name: string): Error => Object.assign(new Error(`${name} is code of the workspace`), { code: 'trust/not-approved' })
    const asked: string[] = []
    const ask = async (_: Refusal, error: unknown): Promise<Consents> => (asked.push((error as Error).message.split(' ')[0]!), {})
    assert.equal(await untilConsented(REFUSALS, ask, async () => {
      const lacking = ['a.ts', 'b.ts'].find((name) => !asked.includes(name))
      if (lacking !== undefined) throw unapproved(lacking)
      return 'started'
    }), 'started')
    assert.deepEqual(asked, ['a.ts', 'b.ts'])
    await assert.rejects(untilConsented(REFUSALS, ask, () => Promise.reject(unapproved('c.ts'))), { code: 'trust/not-approved' })
    assert.deepEqual(asked, ['a.ts', 'b.ts', 'c.ts'])
  })

  it('is asked for again where code has changed since it was shown: what was let run is that content alone', async () => {
    let lies = 'b'
    const asked: string[] = []
    const start = async ({ trustedModules = [] }: Consents): Promise<string> => {
      if (!trustedModules.includes('a')) throw Object.assign(new Error('a'), { code: 'trust/not-approved' })
      if (!trustedModules.includes(lies)) throw Object.assign(new Error(lies), { code: 'trust/not-approved' })
      return 'started'
    }
    const consented = consentedOnce(REFUSALS, async (_, error) => (asked.push((error as Error).message), { trustedModules: [(error as Error).message] }))
    assert.equal(await consented(start), 'started')
    lies = 'c'
    assert.equal(await consented(start), 'started')
    assert.deepEqual(asked, ['a', 'b', 'c'])
  })

  it('tells the hash of a module where there is one alone', () => {
    const [hash, other] = ['a'.repeat(64), 'b'.repeat(64)]
    assert.equal(hashTold(new Error(`/w/a.ts is code that nobody has approved (SHA-256 ${hash}).`)), hash)
    assert.equal(hashTold(new Error(`/w/(SHA-256 ${other})/a.ts is code that nobody has approved (SHA-256 ${hash}).`)), undefined)
    for (const text of ['/w/a.ts', `SHA-256 ${hash}0`, `SHA-256 ${hash.slice(1)}`]) assert.equal(hashTold(new Error(text)), undefined, text)
  })

  it('is told of as a list where a trainer refuses several modules at once', () => {
    const unapproved = [{ file: '/w/a.ts', hash: 'a'.repeat(64) }, { file: '/w/b.ts', hash: 'b'.repeat(64) }]
    assert.deepEqual(unapprovedIn(new LabHostError('trust/not-approved', 'No.', 'Read them.', { unapproved })), unapproved)
    for (const error of [new Error('No.'), undefined, 'No.']) assert.deepEqual(unapprovedIn(error), [])
  })
})
