import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from './pythonEnvironment.ts'

describe('the Python package', () => {
  it('needs nothing of its tests, which are not shipped', () => {
    const folder = packageFolder()
    const files = readdirSync(join(folder, 'rollout_lab'), { recursive: true, encoding: 'utf8' })
    const shipped = files.filter((file) => file.endsWith('.py') && !/(^|[\\/])(test_\w+\.py$|testing(\.py$|[\\/])|conftest\.py$)/.test(file))
    assert.ok(shipped.length > 20)
    assert.deepEqual(shipped.filter((file) => /^\s*(from|import)\s.*\b(testing|pytest|conftest)\b/m.test(readFileSync(join(folder, 'rollout_lab', file), 'utf8'))), [])
  })
})
