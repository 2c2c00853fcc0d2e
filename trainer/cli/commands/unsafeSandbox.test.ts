import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import { commandLine } from '../commandLine.fixture.ts'
import type { Services } from '../services.ts'

/** The command gets as far as to where the flag matters. */
const reached = (): never => { throw new LabError('usage', 'usage/option', 'reached', { remedy: '' }) }

describe('--unsafe-sandbox', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-unsafe-'))
  after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'x.run.json')
  writeFileSync(file, JSON.stringify({ name: 'x', model: {}, environment: { name: 'arithmetic-chain' }, steps: 1 }))
  writeFileSync(join(folder, 'completions.jsonl'), '')

  /** What a command passes on of the consent. */
  const told = async (...args: string[]): Promise<unknown> => {
    let seen: unknown = 'nothing was opened'
    const services: Partial<Services> = {
      openWorkspace: (_, options) => { seen = options.unsafeSandbox; return reached() },
      launch: async (request) => { seen = request.unsafeSandbox; return reached() },
      resume: async (_, options) => { seen = options.unsafeSandbox; return reached() }
    }
    const { err } = await commandLine(folder, args, services)
    assert.match(err, /reached/)
    return seen
  }
  const COMMANDS = [
    ['run', file], ['resume', folder], ['score', file, '--completions', 'completions.jsonl'], ['redteam', file],
    ['eval', 'model', '--environment', 'arithmetic-chain']
  ]

  for (const command of COMMANDS) {
    it(`is a consent of its own for ${command[0]}`, async () => {
      assert.equal(await told(...command), false)
      assert.equal(await told(...command, '--unsafe-sandbox'), true)
    })
  }

  it('is not part of trusting a workspace', async () => assert.equal(await told('run', file, '--trust-workspace'), false))
})
