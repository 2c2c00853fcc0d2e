import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { consentedContent, debuggedFunction, firstStatement, PYTHON_PROGRAM } from './debugOrder.ts'

describe('rewards: what is debugged', () => {
  it('is the function that the run names, else the main one', () => {
    const text = 'export const a = () => 1\nexport function b() {\n  return 1\n}\n'
    assert.deepEqual(debuggedFunction('/w/x.reward.ts', text, 'b'), { name: 'b', line: 1 })
    assert.equal(debuggedFunction('/w/x.reward.ts', text, undefined), undefined)
    assert.deepEqual(debuggedFunction('/w/a.reward.ts', text, undefined), { name: 'a', line: 0 })
  })

  it('stops at the first statement of the function', () => {
    assert.equal(firstStatement('export function b() {\n\n  // why\n  return 1\n}\n', 0), 3)
    assert.equal(firstStatement('export const a = () => 1\nexport const b = () => 2\n', 0), 0)
    assert.equal(firstStatement('export const a = () => 1', 0), 0)
    assert.equal(firstStatement('def a(problem):\n    # why\n    return 1\n', 0), 2)
  })

  it('is other content once a file changes that the reward imports', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lab-debug-'))
    try {
      const path = join(folder, 'a.reward.ts')
      writeFileSync(path, `import { limit } from './limit.ts'\nexport const a = () => limit\n`)
      writeFileSync(join(folder, 'limit.ts'), 'export const limit = 5\n')
      const content = (): string => consentedContent({ path, workspace: folder })
      const before = content()
      assert.equal(content(), before)
      writeFileSync(join(folder, 'limit.ts'), 'export const limit = 6\n')
      assert.notEqual(content(), before)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('is called in Python with as much as it takes', function () {
    if (spawnSync('python3', ['--version']).status !== 0) this.skip()
    const folder = mkdtempSync(join(tmpdir(), 'lab-debug-'))
    try {
      writeFileSync(join(folder, 'debug.py'), PYTHON_PROGRAM)
      writeFileSync(join(folder, 'words.reward.py'), 'def words(problem, completion, run):\n    return len(completion.split()) / run["tokens"], problem["gold"]\n')
      writeFileSync(join(folder, 'order.json'), JSON.stringify({ path: join(folder, 'words.reward.py'), functionName: 'words', input: { problem: { gold: 'two' }, completion: 'a b', tokens: 4 }, options: {} }))
      const { stdout, stderr } = spawnSync('python3', [join(folder, 'debug.py'), join(folder, 'order.json')], { encoding: 'utf8' })
      assert.equal(stdout.trim(), "(0.5, 'two')", stderr)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
