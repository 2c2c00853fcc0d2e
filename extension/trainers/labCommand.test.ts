import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLabCommand } from './labCommand.ts'
import { NO_PYTHONS } from './machineVariables.ts'

const MACHINE = { python: '', vllmPython: '', trustRemoteCode: false, device: 'auto', runsPerDevice: 1 }

describe('commands of the command line', () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'lab-command-'))))
  after(() => rmSync(folder, { recursive: true }))

  /** @param program of a command line in its place. */
  async function ran(program: string) {
    const lab = join(folder, 'lab.mjs')
    writeFileSync(lab, program)
    const node = { name: 'Node', execPath: process.execPath, env: process.env }
    const lines: unknown[] = []
    const command = createLabCommand({ runtime: () => Promise.resolve({ folder, lab, version: '1' }), node: { current: () => node, fallBack: () => Promise.resolve(undefined) }, machine: () => MACHINE, workspacePythons: async () => NO_PYTHONS })
    return { end: await command.run(['a'], { cwd: folder, onLine: (line) => lines.push(line) }), lines }
  }

  it('give their lines, and errors with the code that nobody is shown', async () => {
    const { end, lines } = await ran("console.log('{\"a\":1}\\nnoise'); console.error('error: No.\\ncode: of something\\ncode: sandbox/no-backend'); process.exitCode = Number(process.env.LAB_ERROR_CODES)")
    assert.deepEqual([end, lines], [{ code: 1, errors: 'error: No.\ncode: of something\n', errorCode: 'sandbox/no-backend' }, [{ a: 1 }]])
  })

  it('have no code where none is the last thing said', async () => {
    assert.deepEqual((await ran("console.error('code: x/y\\nand then it broke'); process.exitCode = 3")).end, { code: 3, errors: 'code: x/y\nand then it broke\n' })
    assert.deepEqual((await ran('')).end, { code: 0, errors: '' })
  })
})
