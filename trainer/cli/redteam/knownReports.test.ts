import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RedTeamReport } from '../../protocol/redTeam.ts'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { KnownReports } from './knownReports.ts'

describe('reports of earlier red teams', () => {
  const folder = join(temporaryFolder(), 'red-team')
  const known = new KnownReports(folder)
  const report: RedTeamReport = { version: 1, golds: [], cheats: [] }

  it('are found by their content alone', () => {
    assert.equal(known.find('a'), undefined)
    known.keep('a', report)
    assert.deepEqual([known.find('a'), known.find('b')], [report, undefined])
  })

  it('are made again where they were damaged', () => {
    for (const text of ['{', '{"version":1}', '{"version":2,"golds":[],"cheats":[]}']) {
      writeFileSync(join(folder, 'a.json'), text)
      assert.equal(known.find('a'), undefined, text)
    }
    known.keep('a', report)
    assert.deepEqual([known.find('a'), readdirSync(folder)], [report, ['a.json']])
  })
})
