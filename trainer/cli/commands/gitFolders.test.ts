import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import { commandLine } from '../commandLine.fixture.ts'
import type { Answer } from '../commandLine.fixture.ts'
import { EXIT } from '../exitCodes.ts'
import type { WorkspaceOptions } from '../services.ts'

describe('--git', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-git-folders-'))
  after(() => rmSync(folder, { recursive: true }))
  before(() => {
    writeFileSync(join(folder, 'x.run.json'), JSON.stringify({ name: 'x', model: {}, environment: { name: 'arithmetic-chain' }, steps: 1 }))
    writeFileSync(join(folder, 'c.jsonl'), '')
    mkdirSync(join(folder, 'repository'))
  })

  const opened: WorkspaceOptions[] = []
  const lab = (args: readonly string[]): Promise<Answer> => commandLine(folder, [...args], {
    openWorkspace: (_, options) => {
      opened.push(options)
      throw new LabError('usage', 'usage/option', 'reached', { remedy: '' })
    }
  })

  for (const command of [['eval', 'model', '--environment', 'arithmetic-chain'], ['redteam', 'x.run.json'], ['score', 'x.run.json', '--completions', 'c.jsonl']]) {
    it(`names folders whose repositories git may be asked about in ${command[0]}, and no others`, async () => {
      await lab(command)
      await lab([...command, '--git', 'repository', '--git', folder])
      assert.deepEqual(opened.splice(0).map(({ gitFolders }) => gitFolders), [[], [join(folder, 'repository'), folder]])
    })
  }

  it('names what is no folder', async () => {
    const { code, err } = await lab(['redteam', 'x.run.json', '--git', 'nowhere'])
    assert.equal(code, EXIT.usage)
    assert.match(err, /^error: There is no directory nowhere\.\n {2}at --git\n {2}Name the folder/)
  })
})
