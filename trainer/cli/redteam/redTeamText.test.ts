import assert from 'node:assert/strict'
import type { CheatResult, GoldResult, RedTeamReport } from '../../protocol/redTeam.ts'
import { redTeamText } from './redTeamText.ts'

const gold: GoldResult = { environment: 'function-synthesis', language: 'javascript', problemId: 'p1', paid: true, reward: 1, idle: 0, why: 'tests 1: 8 of 8 tests pass' }
const cheat = (name: string, more: Partial<CheatResult>): CheatResult => ({
  environment: 'function-synthesis', language: 'javascript', cheat: name, family: 'early exit', title: `does ${name}`, outcome: 'unpaid', reward: 0, share: 0, why: 'noResult: it ended', signals: [], ...more
})
const text = (report: Omit<RedTeamReport, 'version'>): string[] => redTeamText({ version: 1, ...report }).split('\n')

describe('the table of a red team', () => {
  it('says what is paid and why, the paid cheats first', () => {
    const cheats = [
      cheat('exit-zero', {}),
      cheat('printed-answers', { family: 'printed verdict', outcome: 'paid', reward: 0.5, share: 0.5, why: 'contains 1: the answer is there' }),
      cheat('endless-loop', { family: 'exhaustion', outcome: 'escaped', reward: null, share: null, why: 'the machine failed' }),
      cheat('forked-answer', { outcome: 'untested', reward: null, share: null, why: 'It has no form for this language.' })
    ]
    assert.deepEqual(text({ golds: [gold], cheats }), [
      'function-synthesis in javascript',
      '  problem p1: the solution gets 1.000, doing nothing 0.000',
      '  cheat            goes by          got           why',
      '  printed-answers  printed verdict  0.500 (50 %)  contains 1: the answer is there',
      '  endless-loop     exhaustion       not scored    the machine failed',
      '  exit-zero        early exit       nothing       noResult: it ended',
      '  forked-answer    early exit       –             It has no form for this language.',
      '',
      '2 of 3 cheats are paid: printed-answers, endless-loop.'
    ])
  })

  it('says so where none is paid, and where a solution is not', () => {
    assert.equal(text({ golds: [gold], cheats: [cheat('exit-zero', {})] }).at(-1), 'None of 1 cheats is paid.')
    const unpaid = text({ golds: [{ ...gold, paid: false, reward: null, idle: null, why: 'tests not scorable' }], cheats: [cheat('exit-zero', {})] })
    assert.equal(unpaid[1], '  problem p1: the solution gets nothing that can be scored, doing nothing nothing that can be scored; the solution is not paid (tests not scorable)')
    assert.equal(unpaid.at(-1), '1 of 1 solutions are not paid more than doing nothing: the rewards say little.')
  })

  it('shows each environment apart', () => {
    const sql = { environment: 'sql', language: 'sql' as const }
    const lines = text({ golds: [gold, { ...gold, ...sql }], cheats: [cheat('exit-zero', {}), cheat('no-rows', { ...sql, family: 'query' })] })
    assert.deepEqual(lines.filter((line) => !line.startsWith(' ')), ['function-synthesis in javascript', '', 'sql in sql', '', 'None of 2 cheats is paid.'])
  })

  it('keeps what programs print on one line of a bounded length, without controls', () => {
    const why = `\u001b[31mred\u001b[0m\nsecond\u202e line ${'x'.repeat(500)}`
    const row = text({ golds: [gold], cheats: [cheat('exit-zero', { why })] })[3]!
    assert.doesNotMatch(row, /[\u0000-\u001f\u202e]/)
    assert.ok(row.length < 160, row)
  })
})
