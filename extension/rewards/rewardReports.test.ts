import assert from 'node:assert/strict'
import type { RedTeamReport } from '../../trainer/protocol/redTeam.ts'
import { labError } from '../trainers/labError.ts'
import { redTeamReport } from './redTeamReport.ts'
import { Rescored, rescoreReport } from './rescoreReport.ts'

const rescored: Rescored = Rescored.parse({
  type: 'rescored', reward: 'brevity', replaces: 'brevity', scores: '/r/rescores/x.jsonl',
  changes: {
    rollouts: 1200, notScorable: 3, changed: 400, higher: 100, lower: 300, meanBefore: 0.5, meanAfter: 0.25, meanTotalBefore: 1, meanTotalAfter: null, becameRight: 40, becameWrong: 110, turned: 12, groups: 150, flatBefore: 3, flatAfter: 9,
    largest: [{ id: 't000001.1-000-00', step: 1, before: 1, after: 0, why: 'two\nlines' }], reasons: [{ why: 'late', count: 3 }]
  }
})

describe('rewards: reports', () => {
  it('say what an edited reward changed', () => {
    const text = rescoreReport('brevity.reward.ts', 'grpo', rescored, 1.25)
    assert.match(text, /brevity in the place of the part brevity\n1,200 training rollouts of grpo, scored again in 1\.3 s/)
    assert.match(text, /Mean score +0\.500 → 0\.250/)
    assert.match(text, /Right or wrong +40 now right, 110 now wrong/)
    assert.match(text, /Mean total +1\.000 → –/)
    assert.match(text, /Flat groups +3 → 9 of 150/)
    assert.match(text, /t000001\.1-000-00 +1\.000 +0\.000 +two lines/)
    assert.match(text, /3×  late/)
  })

  it('say which cheats are paid, these first', () => {
    const cheat = (title: string, outcome: 'paid' | 'unpaid', reward: number) => ({ environment: 'e', language: null, cheat: title, family: 'f', title, outcome, reward, share: null, why: `because\n${title}`, signals: [] })
    const report: RedTeamReport = { version: 1, golds: [{ environment: 'e', language: null, problemId: 'p', paid: true, reward: 1, idle: 0, why: '' }], cheats: [cheat('sleeps', 'unpaid', 0), cheat('exits early', 'paid', 1)] }
    const lines = redTeamReport('x.run.json', report).split('\n')
    assert.equal(lines[0], 'x.run.json: this reward can be cheated')
    assert.match(lines[4]!, /✗ paid +exits early +1\.000 +because exits early/)
    assert.match(lines[5]!, /✓ unpaid +sleeps/)
    assert.match(redTeamReport('x.run.json', { ...report, cheats: report.cheats.slice(0, 1) }), /no cheat is paid, all solutions are/)
  })

  it('know where approval is what is missing', () => {
    assert.equal((labError({ errors: 'error: /w/a.reward.ts has changed', errorCode: 'trust/not-approved' }, '') as { code?: string }).code, 'trust/not-approved')
    assert.deepEqual([labError({ errors: '' }, 'It ended.').message, (labError({ errors: 'error: x' }, '') as { code?: string }).code], ['It ended.', undefined])
  })
})
