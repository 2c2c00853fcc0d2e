import assert from 'node:assert/strict'
import { pythonWithPytest } from './places.ts'
import { openProject } from './projects.ts'
import { NO_PYTEST } from './sandboxes.ts'

/** `sorted` leaves its list alone, `push` and `take` do not. */
const LISTS = `export function sorted(list) {
  return [...list].sort((a, b) => a - b)
}
export function push(list, item) {
  list.push(item)
}
export function take(list) {
  return list.shift()
}
`
const LISTS_TEST = `import assert from 'node:assert/strict'
import { push, sorted, take } from '../src/lists.js'

const people = new Map([['ann', { tags: ['x'] }]])
it('sorts', () => {
  const list = [3, 1, 2]
  assert.deepEqual(sorted(list), list.slice().sort())
})
it('sorts to what is written', () => assert.deepEqual(sorted([3, 1, 2]), [1, 2, 3]))
it('keeps what it sorts', () => {
  const list = [3, 1, 2]
  sorted(list)
  assert.deepEqual(list, [3, 1, 2])
})
it('keeps its identity', () => {
  const list = [1]
  assert.notEqual(sorted(list), list)
})
it('pushes', () => {
  const list = [1]
  push(list, people)
  assert.deepEqual(list, [1, people])
})
it('takes', () => {
  const list = [1, 2]
  assert.equal(take(list), 1)
  assert.deepEqual(list, [2])
})
`
const NAMES = ['sorts', 'sorts to what is written', 'keeps what it sorts', 'keeps its identity', 'pushes', 'takes']
const without = (...names: readonly string[]): string[] => NAMES.filter((name) => !names.includes(name))
const PUSH_AND_TAKE = 'export const push = (list, item) => void (list[list.length] = item)\nexport const take = (list) => list.splice(0, 1)[0]\n'

describe('arguments that a candidate changes', function () {
  this.timeout(120_000)
  const files = { 'package.json': '{ "type": "module" }', 'src/lists.js': LISTS, 'test/lists.test.js': LISTS_TEST }
  const project = openProject({ files, file: 'src/lists.js', testFile: 'test/lists.test.js', tests: NAMES })
  const unsolved = openProject({
    files: { ...files, 'src/lists.js': LISTS.replace(/\.\.\.list/, '').replace('list.push(item)', '') }, file: 'src/lists.js', testFile: 'test/lists.test.js', tests: NAMES
  })
  after(() => Promise.all([project.close(), unsolved.close()]))

  it('stay changed where the original changes them', async () => {
    assert.deepEqual(await project.judge(LISTS, 'data'), { passed: NAMES, signals: [] })
    assert.deepEqual(await project.judge(`export const sorted = (list) => list.slice().sort()\n${PUSH_AND_TAKE}`, 'data'), { passed: NAMES, signals: [] })
  })

  it('are what they were where it does not, so that nothing expected is made of them', async () => {
    const text = `export const sorted = (list) => {\n  list.length = 0\n  return []\n}\n${PUSH_AND_TAKE}`
    for (const boundary of ['data', 'functions', 'objects'] as const) assert.deepEqual(await project.judge(text, boundary), { passed: without('sorts', 'sorts to what is written', 'keeps what it sorts'), signals: ['forgedResult'] })
  })

  it('cost a program that is right otherwise no more than the tests that look at them', async () => {
    const text = `export const sorted = (list) => list.sort((a, b) => a - b)\n${PUSH_AND_TAKE}`
    assert.deepEqual(await project.judge(text, 'data'), { passed: without('keeps what it sorts', 'keeps its identity'), signals: [] })
  })

  it('are told apart from those of another export that is the same function', async () => {
    const text = 'export const push = (list) => {\n  list.length = 0\n  return []\n}\nexport { push as sorted, push as take }\n'
    assert.deepEqual((await project.judge(text, 'data')).passed, ['keeps its identity'])
  })

  it('stay changed where nobody has solved the problem and nothing else is given', async () => {
    assert.deepEqual((await unsolved.judge(LISTS, 'data')).passed, NAMES)
    const clearing = `export const sorted = (list) => {\n  list.length = 0\n  return []\n}\n${PUSH_AND_TAKE}`
    assert.deepEqual((await unsolved.judge(clearing, 'data')).passed, without('sorts', 'sorts to what is written', 'keeps what it sorts'))
  })
})

const PYTHON = `def double(numbers):
    return [2 * each for each in numbers]


def unique(numbers):
    return set(numbers)


def push(numbers, item):
    numbers.append(item)


def merge(into, other):
    into.update(other)
    return len(into)
`
const PYTHON_TEST = `from lists import double, merge, push, unique


def test_doubles():
    numbers = [1, 2]
    assert double(numbers) == [each + each for each in numbers]


def test_keeps():
    numbers = [1, 2]
    double(numbers)
    assert numbers == [1, 2]


def test_unique():
    numbers = {'a', 'b', 'c', 1}
    assert unique(numbers) == numbers


def test_pushes():
    numbers = [1]
    push(numbers, 2)
    assert numbers == [1, 2]


def test_merges():
    into = {'a': [1]}
    assert merge(into, {'b': 2}) == 2
    assert into == {'a': [1], 'b': 2}
`
const PYTHON_NAMES = ['doubles', 'keeps', 'unique', 'pushes', 'merges'].map((name) => `tests/test_lists.py::test_${name}`)

describe('arguments that a candidate in Python changes', function () {
  this.timeout(120_000)
  const files = { 'pytest.ini': '[pytest]\npythonpath = .\n', 'lists.py': PYTHON, 'tests/test_lists.py': PYTHON_TEST }
  const project = openProject({ files, file: 'lists.py', testFile: 'tests/test_lists.py', tests: PYTHON_NAMES })
  after(() => project.close())
  const passing = (...names: readonly string[]): string[] => PYTHON_NAMES.filter((name) => names.some((one) => name.endsWith(`_${one}`)))

  before(function () {
    if (pythonWithPytest() !== undefined) return
    console.log(`Left out: ${NO_PYTEST}.`)
    this.skip()
  })

  it('stay changed where the original changes them', async () => assert.deepEqual(await project.judge(PYTHON, 'data'), { passed: PYTHON_NAMES, signals: [] }))

  it('are what they were where it does not, so that nothing expected is made of them', async () => {
    const text = PYTHON.replace('return [2 * each for each in numbers]', 'numbers.clear()\n    return []').replace('return set(numbers)', 'numbers.clear()\n    return set()')
    for (const boundary of ['data', 'objects'] as const) assert.deepEqual(await project.judge(text, boundary), { passed: passing('pushes', 'merges'), signals: ['forgedResult'] })
  })

  it('cost a program that is right otherwise no more than the tests that look at them', async () => {
    const text = PYTHON.replace('return [2 * each for each in numbers]', 'numbers[:] = [2 * each for each in numbers]\n    return numbers')
    const spelled = await project.judge(text, 'data')
    assert.deepEqual(spelled.passed, passing('unique', 'pushes', 'merges'))
  })
})
