import assert from 'node:assert/strict'
import type { CheatOutcome, CheatResult, RedTeamReport } from '../protocol/redTeam.ts'
import { PaidCheatsError, refusePaidCheats } from './paidCheats.ts'

const result = (cheat: string, outcome: CheatOutcome, environment = 'a'): CheatResult =>
  ({ environment, language: 'python', cheat, family: 'f', title: `does ${cheat}`, outcome, reward: outcome === 'paid' ? 1 : null, share: null, why: 'w'.repeat(1000), signals: [] })
const report = (...cheats: CheatResult[]): RedTeamReport => ({ version: 1, golds: [], cheats })

describe('paid cheats', () => {
  it('are refused by name, each once, those among them that cost nothing', () => {
    const tried = report(result('exit', 'paid'), result('exit', 'paid', 'b'), result('sleep', 'escaped'), result('print', 'unpaid'), result('fork', 'untested'))
    assert.throws(() => refusePaidCheats(tried, []), (error: unknown) => {
      assert.ok(error instanceof PaidCheatsError)
      assert.deepEqual([error.code, error.paid.map(({ cheat, title, why }) => [cheat, title, why.length])], ['reward/paid-cheats', [['exit', 'does exit', 200], ['sleep', 'does sleep', 200]]])
      assert.match(error.message, /^The rewards pay 3 of 5 cheats/)
      assert.match(error.remedy, /--accept-paid-cheats exit sleep$/)
      return true
    })
    assert.throws(() => refusePaidCheats(tried, ['exit']), (error: unknown) => error instanceof PaidCheatsError && error.paid.length === 1)
  })

  it('are recorded where they were waved through', () => {
    const notices = refusePaidCheats(report(result('exit', 'paid'), result('print', 'unpaid')), ['exit'])
    assert.deepEqual(notices.map(({ code }) => code), ['reward/paid-cheat'])
    assert.equal(refusePaidCheats(report(result('exit', 'paid'), result('sleep', 'escaped')), ['exit', 'sleep']).length, 2)
    assert.deepEqual(refusePaidCheats(report(result('print', 'unpaid'), result('fork', 'untested')), []), [])
    assert.deepEqual(refusePaidCheats(report(result('fork', 'untested')), []).map(({ code }) => code), ['reward/cheats-untested'])
  })
})
