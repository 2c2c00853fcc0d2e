import assert from 'node:assert/strict'
import type { RedTeamReport } from '../protocol/redTeam.ts'
import { diskFileOps } from './fileOps.ts'
import { temporaryFolder } from './fixtures.ts'
import { readRedTeam, recordRedTeam } from './redTeamStore.ts'

describe('the red team of a run', () => {
  it('is read as it was recorded, and absent for runs without programs', () => {
    const folder = temporaryFolder()
    const report: RedTeamReport = {
      version: 1, golds: [{ environment: 'e', language: 'python', problemId: 'p', paid: true, reward: 1, idle: null, why: '' }],
      cheats: [{ environment: 'e', language: 'python', cheat: 'exit-zero', family: 'early exit', title: 'ends', outcome: 'unpaid', reward: 0, share: 0, why: 'noResult', signals: ['earlyExit'] }]
    }
    assert.equal(readRedTeam(folder), undefined)
    recordRedTeam(folder, report, diskFileOps)
    assert.deepEqual(readRedTeam(folder), report)
  })
})
