import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firstOf } from './findPython.ts'

const posix = process.platform === 'win32' ? describe.skip : describe

posix('firstOf', () => {
  const folder = mkdtempSync(join(tmpdir(), 'find-python-'))
  after(() => rmSync(folder, { recursive: true }))
  const script = (name: string, text: string): string => {
    const file = join(folder, name)
    writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    return file
  }
  const answering = (name: string, version: readonly number[]): string =>
    script(name, `echo '${JSON.stringify(['/opt/bin/python3', '/opt/venv', '/opt', version])}'`)

  it('passes over what is missing, fails, answers otherwise or is too old', async () => {
    const good = answering('good', [3, 9, 0])
    const others = [join(folder, 'missing'), script('failing', 'exit 1'), script('chatty', 'echo hello'), answering('old', [3, 8, 18]), answering('two', [2, 7, 18])]
    assert.deepEqual(await firstOf([...others, good]), { program: '/opt/bin/python3', folders: ['/opt/venv', '/opt'], version: '3.9.0' })
    assert.equal(await firstOf(others), undefined)
  })

  it('takes the first that will do, and a folder once', async () => {
    const file = script('same', `echo '["/opt/bin/python3", "/opt", "/opt", [3, 13, 1]]'`)
    assert.deepEqual(await firstOf([file, answering('next', [3, 12, 0])]), { program: '/opt/bin/python3', folders: ['/opt'], version: '3.13.1' })
  })
})
