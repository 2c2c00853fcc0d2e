import assert from 'node:assert/strict'
import { LabError } from '../../errors.ts'
import { exportsData } from './exportedData.ts'
import { forbiddenChange, isTestFile } from './patchRules.ts'
import { canBeApart, exportedNames, stubKindOf, stubOf } from './stubs.ts'

describe('stubs', () => {
  it('are of the kind of their file', () => {
    assert.deepEqual(['a.js', 'a.mjs', 'a.ts', 'a.cjs', 'a.py'].map((file) => stubKindOf(file, 'module')), ['esm', 'esm', 'esm', 'cjs', 'python'])
    assert.equal(stubKindOf('a.js', 'commonjs'), 'cjs')
    assert.throws(() => stubKindOf('a.go', 'module'), (error) => LabError.is(error, 'workspace/no-boundary'))
    assert.deepEqual(['a.d.ts', 'a.json', 'a.tsx', 'a.ts'].map(canBeApart), [false, false, false, true])
  })

  it('know names that are exported in plain words', () => {
    const text = `export function one() {}
export async function* two() {}
export const three = 1, ignored = 2
export abstract class Four {}
export default class Five {}
export { six, seven as eight, type Nine, ten as default }
export type Eleven = string
  export let twelve
// export const inAComment = 1`
    assert.deepEqual(exportedNames(text).sort(), ['Four', 'default', 'eight', 'one', 'six', 'three', 'twelve', 'two'])
  })

  it('take nothing but names of exports from what a candidate wrote', () => {
    const stub = stubOf('esm', 'src/a"b.js', { original: 'export const kept = 1', written: 'process.exit(0)\nexport { evil as "); process.exit(0); (" }\nexport const more = 1' }, '/runtime')
    assert.equal(stub, 'import boundary from "/runtime/client.cjs"\nconst m = boundary.load("src/a\\"b.js", \'esm\')\nconst e0 = m.get("kept")\nexport { e0 as kept }\nconst e1 = m.get("more")\nexport { e1 as more }\n')
    assert.equal(stubOf('python', 'a.py', { written: 'def evil(): pass' }, '/runtime'), 'from lab_boundary.client import bind\nbind(globals(), "a.py", [])\n')
  })

  it('say where a module as a whole is data with methods of its own', () => {
    const data = ['module.exports = [1]', "module.exports = 'a'", 'export default new Map()', 'const names: string[] = [\n1]\nexport default names\n', 'const $a = Object.freeze([1])\nmodule.exports = $a']
    const others = ['', 'module.exports = { a: [1] }', 'exports.a = [1]', 'export default function a() {}', 'const a = [1]\nmodule.exports = { a }', 'const a = () => [1]\nmodule.exports = a', 'export default sum(1)', 'export const a = [1]']
    assert.deepEqual([data.filter((text) => !exportsData(text)), others.filter(exportsData)], [[], []])
    assert.equal(stubOf('cjs', 'a.cjs', { original: data[0] }, '/r'), 'module.exports = require("/r/client.cjs").load("a.cjs", \'cjs\', true).get(\'module.exports\')\n')
  })
})

describe('rules of patches', () => {
  const editable = ['src/a.js', 'src/b.js']

  it('allow the files that were given, each once', () => {
    assert.equal(forbiddenChange({ editable, files: [{ path: 'src/b.js', text: '' }] }), null)
    for (const path of ['src/c.js', './src/a.js', 'src//a.js', 'SRC/A.JS', 'src/a.js/', 'src/../src/a.js']) assert.match(forbiddenChange({ editable, files: [{ path, text: '' }] })!, /not among the files/, path)
    assert.match(forbiddenChange({ editable, files: [{ path: 'src/a.js', text: '' }, { path: 'src/a.js', text: 'x' }] })!, /twice/)
  })

  it('know tests, what they need and how they are run', () => {
    const tests = ['test/a.js', 'tests/deep/b.py', 'src/__tests__/a.ts', 'a.test.ts', 'a.spec.mjs', 'pkg/test_a.py', 'a_test.py', 'app/tests.py', 'test.js', 'src/spec.mts', 'conftest.py', '.mocharc.cjs', 'jest.config.js', 'vitest.config.ts', 'pytest.ini', 'setup.cfg', 'fixtures/a.json']
    assert.deepEqual(tests.filter((path) => !isTestFile(path)), [])
    assert.deepEqual(['src/testing.js', 'latest/a.py', 'contest.py', 'latest.py', 'test.json', 'package.json', 'attest.ts'].filter(isTestFile), [])
  })
})
