import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compose } from '../compose.ts'
import { EXIT } from '../exitCodes.ts'
import { runCommandLine } from '../program.ts'
import { testHost } from '../testHost.fixture.ts'

const RUN_FILE = JSON.stringify({
  engine: 'fake', model: { contextLength: 64 }, environment: { name: 'arithmetic-chain' },
  rewards: [{ name: 'module', path: 'short.ts' }, { name: 'module', path: 'short.ts', weight: 0.5 }]
})

describe('trust', () => {
  let folder: string
  let configuration: string | undefined
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'lab-')))
    configuration = process.env['XDG_CONFIG_HOME']
    process.env['XDG_CONFIG_HOME'] = join(folder, 'configuration')
    mkdirSync(join(folder, 'work'))
    writeFileSync(join(folder, 'work', 'short.ts'), `import { limit } from './limit.ts'\nexport const reward = { score: ({ completion }) => ({ score: completion.length < limit ? 1 : 0, why: '' }) }`)
    writeFileSync(join(folder, 'work', 'limit.ts'), 'export const limit = 5')
    writeFileSync(join(folder, 'work', 'a.run.json'), RUN_FILE)
    writeFileSync(join(folder, 'work', 'c.jsonl'), '{"prompt": "26 * 2 + 6 :", "completion": "8"}\n')
  })
  afterEach(() => {
    if (configuration === undefined) delete process.env['XDG_CONFIG_HOME']
    else process.env['XDG_CONFIG_HOME'] = configuration
    rmSync(folder, { recursive: true })
  })

  const lab = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    const host = testHost({ cwd: join(folder, 'work') })
    const code = await runCommandLine(args, host, compose(join(import.meta.dirname, '../../..')))
    return { code, out: host.out().replaceAll(folder, '<folder>'), err: host.err().replaceAll(folder, '<folder>') }
  }
  const scores = async (): Promise<number> => (await lab('score', 'a.run.json', '--completions', 'c.jsonl')).code

  it('approves a module with all that it imports, until a byte changes', async () => {
    const refused = await lab('score', 'a.run.json', '--completions', 'c.jsonl')
    assert.equal(refused.code, EXIT.usage)
    assert.match(refused.err, /lab trust FILE/)
    const { code, out, err } = await lab('trust', 'short.ts')
    assert.equal(code, EXIT.finished, err)
    assert.match(out, /^Approved <folder>\/work\/short\.ts\n {2}SHA-256 {2}[0-9a-f]{64}\n {2}imports {2}limit\.ts\n$/)
    assert.equal(await scores(), EXIT.finished)
    writeFileSync(join(folder, 'work', 'limit.ts'), 'export const limit = 6')
    assert.equal(await scores(), EXIT.usage)
  })

  it('approves what was read alone, where its hash is given', async () => {
    const { err } = await lab('score', 'a.run.json', '--completions', 'c.jsonl')
    const [, shown] = /SHA-256 ([0-9a-f]{64})/.exec(err)!
    writeFileSync(join(folder, 'work', 'limit.ts'), 'export const limit = 6')
    const refused = await lab('trust', 'a.run.json', '--expect', shown!)
    assert.equal(refused.code, EXIT.usage)
    assert.match(refused.err, /Nothing was approved: no module of <folder>\/work\/a\.run\.json has the SHA-256/)
    assert.equal((await lab('trust', 'list')).out, 'No module is approved for good.\n')
    writeFileSync(join(folder, 'work', 'limit.ts'), 'export const limit = 5')
    assert.equal((await lab('trust', 'a.run.json', '--expect', shown!)).code, EXIT.finished)
    assert.equal(await scores(), EXIT.finished)
    assert.equal((await lab('trust', 'short.ts', '--expect', 'abc')).code, EXIT.usage)
  })

  it('approves every module of a run file once', async () => {
    const { out } = await lab('trust', 'a.run.json')
    assert.equal(out.match(/Approved/g)?.length, 1)
    assert.equal(await scores(), EXIT.finished)
  })

  it('lists approvals and takes them back, by file or by hash', async () => {
    assert.equal((await lab('trust', 'list')).out, 'No module is approved for good.\n')
    await lab('trust', 'short.ts')
    assert.match((await lab('trust', 'list')).out, /^ {2}module +SHA-256 +approved\n {2}<folder>\/work\/short\.ts {2}[0-9a-f]{12} {2}20\d\d-\d\d-\d\d\n$/)
    const [listed] = (await lab('trust', 'list', '--json')).out.trim().split('\n').map((line) => JSON.parse(line) as { hash: string; path: string })
    assert.match((await lab('trust', 'revoke', 'short.ts')).out, /^Revoked <folder>\/work\/short\.ts \([0-9a-f]{12}\)\n$/)
    assert.equal(await scores(), EXIT.usage)
    await lab('trust', 'short.ts')
    assert.equal((await lab('trust', 'revoke', listed!.hash.slice(0, 12))).code, EXIT.finished)
    assert.equal(await scores(), EXIT.usage)
  })

  it('refuses what does not exist, and what was never approved', async () => {
    assert.equal((await lab('trust', 'nowhere.ts')).code, EXIT.usage)
    const { code, err } = await lab('trust', 'revoke', 'short.ts')
    assert.equal(code, EXIT.usage)
    assert.match(err, /^error: Nothing was approved under <folder>\/work\/short\.ts\.\n/)
    assert.equal((await lab('trust', 'revoke', 'abc')).code, EXIT.usage)
  })
})
