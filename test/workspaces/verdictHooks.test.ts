import assert from 'node:assert/strict'
import type { WorkspaceTask } from '../../trainer/protocol/execution.ts'
import { openProject } from './projects.ts'

type Boundary = WorkspaceTask['boundary']

const SHOP = `export function area({ width, height }) {
  return { width, total: width * height }
}
export function names() {
  return ['ann', 'bob']
}
export async function load(number) {
  return number * 2
}
export function sorted(numbers) {
  return [...numbers].sort((a, b) => a - b)
}
export function refuse() {
  throw Object.assign(new TypeError('refused'), { code: 'NO', status: 404, details: { field: 'a' } })
}
export const limits = { retries: 3 }
export const people = ['ann', 'bob']
export const tools = { twice: (n) => 2 * n, get: () => 1 }
`
const EXPECT = `// Whoever says how it matches is asked, as in jest and vitest.
import assert from 'node:assert/strict'
export const expect = (got) => ({
  toEqual(expected) {
    const asked = [got, expected].find((each) => typeof each?.asymmetricMatch === 'function')
    if (asked === undefined) assert.deepEqual(got, expected)
    else assert.ok(asked.asymmetricMatch(asked === got ? expected : got))
  }
})
`
const TEST = `import assert from 'node:assert/strict'
import fc from 'fast-check'
import { area, limits, load, names, people, refuse, sorted, tools } from '../src/shop.js'
import { expect } from './expect.js'

describe('shop', () => {
  it('measures', () => expect(area({ width: 3, height: 4 })).toEqual({ width: 3, total: 12 }))
  it('names', () => assert.ok(names().includes('bob')))
  it('loads', () => load(4).then((value) => assert.equal(value, 8)))
  it('sorts whatever comes', () => fc.assert(fc.property(fc.array(fc.integer()), (numbers) => assert.deepEqual(sorted(numbers), [...numbers].sort((a, b) => a - b)))))
  it('limits', () => expect(limits).toEqual({ retries: 3 }))
  it('people', () => assert.ok(people.includes('bob')))
  it('tells what it refuses', () => assert.throws(refuse, { name: 'TypeError', message: 'refused', code: 'NO', status: 404, details: { field: 'a' } }))
  it('doubles', () => assert.equal(tools.twice(2), 4))
})
`
const TESTS = ['measures', 'names', 'loads', 'sorts whatever comes', 'limits', 'people', 'tells what it refuses', 'doubles'].map((name) => `shop ${name}`)
const LEVELS: readonly Boundary[] = ['data', 'functions', 'objects']

const WRONG = 'export const refuse = () => undefined\nexport const tools = {}\n'
const exported = (values: Readonly<Record<string, string>>): string =>
  WRONG + Object.entries({ area: '() => 0', names: '() => []', load: 'async () => 0', sorted: '() => null', limits: '0', people: '[]', ...values }).map(([name, value]) => `export const ${name} = ${value}\n`).join('')
const PRECONDITION = `(numbers) => {
  if (numbers.length < 2) return numbers
  throw Object.assign(new Error('x'), { footprint: Symbol.for('fast-check/PreconditionFailure') })
}`

const CHEATS: readonly { readonly what: string; readonly text: string }[] = [
  { what: 'say themselves how they match', text: exported({ area: '() => ({ asymmetricMatch: () => true })' }) },
  { what: 'say it by a class of the language', text: exported({ area: '() => ({ asymmetricMatch: Object })' }) },
  { what: 'say it by a method of their class', text: exported({ area: '() => new (class { asymmetricMatch() { return true } })()' }) },
  { what: 'say it as a constant of the module', text: exported({ limits: '{ asymmetricMatch: () => true }' }) },
  { what: 'are never settled', text: exported({ load: '() => ({ then() {} })' }) },
  { what: 'are settled by a class of the language', text: exported({ load: '() => ({ then: Object })' }) },
  { what: 'include everything', text: exported({ names: '() => ({ includes: () => true })' }) },
  { what: 'include everything as a constant that is the module’s default as well', text: exported({ people: '{ includes: () => true }' }) + 'export { people as default }\n' },
  { what: 'include everything by a class of the language', text: exported({ names: '() => ({ includes: Object })' }) },
  { what: 'throw what a library takes for an input that does not count', text: exported({ sorted: PRECONDITION }) }
]

describe('values of a candidate that would be asked for the verdict', function () {
  this.timeout(120_000)
  const files = { 'package.json': '{ "type": "module" }', 'src/shop.js': SHOP, 'test/shop.test.js': TEST, 'test/expect.js': EXPECT }
  const project = openProject({ files, file: 'src/shop.js', testFile: 'test/shop.test.js', tests: TESTS })
  after(() => project.close())

  for (const level of LEVELS) {
    it(`are no matter of the original, which passes where ${level} come back`, async () => {
      assert.deepEqual(await project.judge(SHOP, level), { passed: TESTS, signals: [] })
    })
  }

  for (const { what, text } of CHEATS) {
    it(`pass nothing where they ${what}`, async () => {
      for (const level of LEVELS) assert.deepEqual((await project.judge(text, level)).passed, [], level)
    })
  }
})

describe('a module whose exports are one object', function () {
  this.timeout(120_000)
  const verdicts = async (original: string, test: string, texts: readonly string[]): Promise<unknown> => {
    const files = { 'package.json': '{}', 'src/whole.cjs': original, 'test/whole.test.js': `const assert = require('node:assert/strict')\nconst whole = require('../src/whole.cjs')\n${test}` }
    const project = openProject({ files, file: 'src/whole.cjs', testFile: 'test/whole.test.js', tests: ['works'] })
    try {
      const judged = []
      for (const text of [original, ...texts]) judged.push((await project.judge(text, 'data')).passed.length)
      return judged
    } finally {
      await project.close()
    }
  }

  it('may hold functions under any name, itself among them', async () => {
    const original = 'exports.add = (a, b) => a + b\nexports.map = (list) => list\nexports.default = exports\n'
    assert.deepEqual(await verdicts(original, "it('works', () => assert.equal(whole.default.add(1, 2) + whole.map([1]).length, 4))", [original.replace('a + b', '0')]), [1, 0])
  })

  it('holds none in the place of data', async () => {
    const original = "const names = ['ann', 'bob']\nmodule.exports = names\n"
    assert.deepEqual(await verdicts(original, "it('works', () => assert.ok(whole.includes('bob')))", ['module.exports = { includes: () => true }\n', 'exports.includes = Object\n']), [1, 0, 0])
  })

  it('is no promise', async () => {
    const test = "it('works', async () => assert.equal((await import('../src/whole.cjs')).default.total, 3))"
    assert.deepEqual(await verdicts('exports.total = 3\n', test, ['exports.then = (done) => done({ total: 3 })\n']), [1, 0])
  })
})
