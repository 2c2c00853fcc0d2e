import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compose } from '../compose.ts'
import { EXIT } from '../exitCodes.ts'
import { runCommandLine } from '../program.ts'
import { testHost } from '../testHost.fixture.ts'

describe('types', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lab-'))))
  afterEach(() => rmSync(folder, { recursive: true }))
  const types = async (named: string): Promise<string> => {
    const host = testHost({ cwd: folder })
    assert.equal(await runCommandLine(['types', named], host, compose(join(import.meta.dirname, '../../..'))), EXIT.finished, host.err())
    return host.out().replaceAll(folder, '<folder>')
  }
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

  it('writes the types and, into a new folder, the configuration that leads to them', async () => {
    assert.equal(await types('mine'), 'Wrote <folder>/mine/rollout-lab.d.ts\nWrote <folder>/mine/tsconfig.json\n')
    assert.match(read('mine/rollout-lab.d.ts'), /export interface UserReward/)
    assert.match(read('mine/tsconfig.json'), /"rollout-lab": \["\.\/rollout-lab\.d\.ts"\]/)
  })

  it('keeps a configuration that is there, and says what it needs', async () => {
    writeFileSync(join(folder, 'tsconfig.json'), '{}')
    assert.match(await types('.'), /^Wrote <folder>\/rollout-lab\.d\.ts\nKept <folder>\/tsconfig\.json; it needs "paths"/)
    assert.equal(read('tsconfig.json'), '{}')
  })
})
