import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import { newRun } from '../../stores/fixtures.ts'
import { createRun } from '../../stores/runDirectory.ts'
import { commandLine } from '../commandLine.fixture.ts'
import { EXIT } from '../exitCodes.ts'
import type { WorkspaceOptions } from '../services.ts'

const [HASH, OTHER] = ['a'.repeat(64), 'b'.repeat(64)]

describe('--trust-module', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-trust-module-'))
  after(() => rmSync(folder, { recursive: true }))
  before(async () => {
    writeFileSync(join(folder, 'x.run.json'), JSON.stringify({ name: 'x', model: {}, environment: { name: 'arithmetic-chain' }, steps: 1 }))
    writeFileSync(join(folder, 'x.reward.js'), '')
    await (await createRun(newRun(join(folder, 'run')))).close()
  })

  /** What the first workspace is opened with: that of the code which is named here. */
  const opened = async (args: readonly string[]): Promise<WorkspaceOptions> => {
    const seen: WorkspaceOptions[] = []
    const { err } = await commandLine(folder, [...args], {
      openWorkspace: (_, options) => {
        seen.push(options)
        throw new LabError('usage', 'usage/option', 'reached', { remedy: '' })
      }
    })
    assert.match(err, /reached/)
    return seen[0]!
  }
  const told = async (args: readonly string[]): Promise<Pick<WorkspaceOptions, 'trustWorkspace' | 'trustedModules'>> => {
    const { trustWorkspace, trustedModules } = await opened(args)
    return { trustWorkspace, trustedModules }
  }

  for (const command of [['eval', 'model', '--environment', 'arithmetic-chain'], ['redteam', 'x.run.json'], ['rescore', 'run', '--reward', 'x.reward.js']]) {
    it(`lets what has this content run in ${command[0]}, and nothing else`, async () => {
      assert.deepEqual(await told(command), { trustWorkspace: false, trustedModules: [] })
      assert.deepEqual(await told([...command, `--trust-module=${HASH}`, '--trust-module', OTHER]), { trustWorkspace: false, trustedModules: [HASH, OTHER] })
    })
  }

  it('takes a whole SHA-256', async () => {
    const { code, err } = await commandLine(folder, ['redteam', 'x.run.json', '--trust-module', 'abc'])
    assert.equal(code, EXIT.usage)
    assert.match(err, /^error: --trust-module is "abc"\.\n {2}at --trust-module\n {2}Allowed: a SHA-256/)
  })
})
