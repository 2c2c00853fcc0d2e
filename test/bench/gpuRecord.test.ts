import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('./gpu', import.meta.url))
/** The standard library is all that these need. */
const python = process.env['ROLLOUT_LAB_PYTHON'] ?? (process.platform === 'win32' ? 'python' : 'python3')
const hasPython = spawnSync(python, ['--version']).status === 0

describe('bench: the record of a GPU', () => {
  const test = hasPython ? it : it.skip
  test('is kept part by part, whatever TRL does (Python)', function () {
    this.timeout(120_000)
    const { status, stderr } = spawnSync(python, ['-B', '-m', 'unittest', 'test_record'], { cwd: folder, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    assert.match(stderr, /^Ran [1-9]\d* tests? in/m)
  })
})
