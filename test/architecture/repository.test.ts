import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

describe('architecture: repository', () => {
  it('locks dependencies without registry addresses', () => {
    assert.doesNotMatch(read('package-lock.json'), /"resolved": "https?:/)
  })

  it('pins the dependencies that ship', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
    assert.deepEqual(Object.entries(dependencies).filter(([, version]) => !/^\d/.test(version)), [])
  })

  it('focuses no test and skips none but those that need a missing tool', () => {
    const sources = tracked.filter((file) => file.endsWith('.test.ts'))
    const focused = /\b(it|describe)\.(only|skip)\(/
    assert.deepEqual(sources.filter((file) => focused.test(read(file)) && !file.endsWith('repository.test.ts')), [])
  })

  it('holds no path of one machine', () => {
    // Hostile programs look for what any machine has.
    const text = tracked.filter((file) => /\.(ts|mjs|cjs|md|json|py)$/.test(file) && file !== 'package-lock.json' && !file.startsWith('test/sandbox/hostile/'))
    assert.deepEqual(text.filter((file) => /(^|[^A-Za-z0-9_.])\/(work|home\/[a-z]+|root)\//.test(read(file))), [])
  })
})
