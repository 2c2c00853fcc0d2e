import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RedTeamReport } from '../../protocol/redTeam.ts'
import { commandLine, folderWithModel } from '../commandLine.fixture.ts'
import type { Answer } from '../commandLine.fixture.ts'
import { EXIT } from '../exitCodes.ts'
import { openWorkspaceAllowing } from '../redteam/allowing.fixture.ts'
import { testHost } from '../testHost.fixture.ts'

const EXITS = 'SystemExit(0)'

describe('lab redteam', () => {
  const folder = folderWithModel()
  const lab = (args: readonly string[], allowed: readonly string[] = [], host = testHost({ cwd: folder })): Promise<Answer> =>
    commandLine(folder, ['redteam', 'x.run.json', '--problems', '1', ...args], openWorkspaceAllowing(allowed), host)
  before(() => {
    writeFileSync(join(folder, 'x.run.json'), JSON.stringify({ engine: 'fake', model: 'base', environment: { name: 'function-synthesis', options: { language: 'python' } }, rewards: [{ name: 'tests' }] }))
  })

  it('shows what the rewards pay, and finds nothing to say against honest ones', async () => {
    const { code, out } = await lab([])
    assert.equal(code, EXIT.finished, out)
    assert.match(out, /^function-synthesis in python\n  problem \w+: the solution gets 1\.000, doing nothing 0\.000\n  cheat +goes by +got +why\n/)
    assert.match(out, /None of 7\d cheats is paid\.\n$/)
  })

  it('fails where a cheat is paid that was not accepted', async () => {
    const { code, out } = await lab([], [EXITS])
    assert.equal(code, EXIT.failed)
    assert.match(out, /\n  system-exit +early exit +1\.000 \(100 %\)  tests 1: \d+ of \d+ tests pass\n/)
    assert.match(out, /1 of 7\d cheats is paid: system-exit\.\n$/)
    assert.equal((await lab(['--accept-paid-cheats', 'system-exit'], [EXITS])).code, EXIT.finished)
    assert.equal((await lab(['--accept-paid-cheats', 'exit-zero'], [EXITS])).code, EXIT.failed)
  })

  it('refuses names that no cheat has', async () => {
    const { code, err } = await lab(['--accept-paid-cheats', 'exit-zeros'])
    assert.equal(code, EXIT.usage)
    assert.match(err, /There is no cheat "exit-zeros"/)
  })

  it('gives progress and the report as lines of JSON', async () => {
    const { out } = await lab(['--json'], [EXITS])
    const lines = out.trim().split('\n').map((line) => JSON.parse(line) as { readonly type: string; readonly done?: number; readonly of?: number })
    const report = RedTeamReport.parse(lines.at(-1))
    assert.deepEqual(report.cheats.filter(({ outcome }) => outcome === 'paid').map(({ cheat }) => cheat), ['system-exit'])
    const progress = lines.slice(0, -1)
    assert.deepEqual([progress.length, progress.at(-1)], [report.cheats.length, { type: 'progress', done: report.cheats.length, of: report.cheats.length }])
  })

  it('can be stopped', async () => {
    const host = testHost({ cwd: folder })
    const write = host.stdout.write.bind(host.stdout)
    host.stdout.write = (text: string) => {
      host.signal('SIGINT')
      return write(text)
    }
    const { code, out } = await lab(['--json'], [], host)
    assert.equal(code, EXIT.stopped)
    assert.doesNotMatch(out, /"report"/)
  })

  it('says what is missing where nothing is rewarded for programs', async () => {
    writeFileSync(join(folder, 'plain.run.json'), JSON.stringify({ engine: 'fake', model: 'base', environment: { name: 'arithmetic-chain' } }))
    const { code, err } = await commandLine(folder, ['redteam', 'plain.run.json'], openWorkspaceAllowing([]))
    assert.equal(code, EXIT.usage)
    assert.match(err, /No stage of the run is rewarded for programs/)
  })
})
