import assert from 'node:assert/strict'
import { pythonWithPytest } from './places.ts'
import { openProject } from './projects.ts'
import { NO_PYTEST } from './sandboxes.ts'

const ERRORS = 'import unittest\n\n\nclass BadInput(ValueError):\n    pass\n\n\nclass NotHere(unittest.SkipTest):\n    pass\n'
const STATS = `import json

from shop.errors import BadInput


def mean(numbers):
    if not numbers:
        raise BadInput('nothing')
    return sum(numbers) / len(numbers)


def is_even(number):
    return number % 2 == 0


def decode(text):
    return json.loads(text)
`
const STATS_TEST = `import json
import unittest

import pytest
from shop.errors import BadInput
from shop.stats import decode, is_even, mean


class Halted(Exception):
    pass


class TestMean(unittest.TestCase):
    def test_mean(self):
        self.assertEqual(mean([1, 2, 6]), 3)

    def test_almost(self):
        self.assertAlmostEqual(mean([1, 2]), 1.5)


def test_even():
    assert all(map(is_even, [2, 4]))


def test_odd():
    try:
        assert not is_even(3)
    except Halted:
        pass


def test_refuses():
    with pytest.raises(BadInput, match='nothing'):
        mean([])


def test_decodes():
    assert decode('[1]') == [1]
    with pytest.raises(json.JSONDecodeError):
        decode('[')
`
const STATS_NAMES = ['TestMean::test_mean', 'TestMean::test_almost', 'test_even', 'test_odd', 'test_refuses', 'test_decodes'].map((name) => `tests/test_stats.py::${name}`)
const raising = (top: string, raised: string): string => `${top}\n\n\ndef mean(*_):\n    raise ${raised}\n\n\nis_even = decode = mean\n`
/** An exception of a class that the candidate's process lacks, by the names of its module and of itself. */
const forged = (module: string, name: string): string => raising(`import sys, types\nsys.modules['${module}'] = types.ModuleType('${module}')`, `type('${name}', (Exception,), {'__module__': '${module}'})('bye')`)

const RAISED: Readonly<Record<string, string>> = {
  'what unittest ends a test at': raising('from unittest.case import _ShouldStop', '_ShouldStop'),
  'what unittest skips a test at': raising('from unittest import SkipTest', 'SkipTest'),
  'what unittest takes for an unexpected success': raising('from unittest.case import _UnexpectedSuccess', '_UnexpectedSuccess'),
  'the end of a loop': raising('', 'StopIteration'),
  'the end of a loop by another name': raising('class Ended(StopIteration):\n    pass', 'Ended'),
  'what pytest ends at': forged('_pytest.outcomes', 'Exit'),
  'what pytest takes for a wrong use': forged('_pytest.config.exceptions', 'UsageError'),
  'a class of the tests': forged('test_stats', 'Halted'),
  'a class of the project that derives from a runner’s': raising('from shop.errors import NotHere', 'NotHere')
}

function withPytest(): void {
  before(function () {
    if (pythonWithPytest() !== undefined) return
    console.log(`Left out: ${NO_PYTEST}.`)
    this.skip()
  })
}

describe('exceptions of a candidate that runners take for their own', function () {
  this.timeout(120_000)
  const files = { 'pytest.ini': '[pytest]\npythonpath = .\n', 'shop/__init__.py': '', 'shop/errors.py': ERRORS, 'shop/stats.py': STATS, 'tests/test_stats.py': STATS_TEST }
  const project = openProject({ files, file: 'shop/stats.py', testFile: 'tests/test_stats.py', tests: STATS_NAMES })
  after(() => project.close())
  withPytest()

  it('are not those of the project, nor of the library that it reads with', async () => {
    for (const level of ['data', 'objects'] as const) assert.deepEqual(await project.judge(STATS, level), { passed: STATS_NAMES, signals: [] })
  })

  for (const [what, text] of Object.entries(RAISED)) {
    it(`pass nothing: ${what}`, async () => assert.deepEqual((await project.judge(text, 'data')).passed, []))
  }
})

const THINGS = `class Vector:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor)

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __abs__(self):
        return (self.x ** 2 + self.y ** 2) ** 0.5


class Span:
    def __init__(self, first, last):
        self.first, self.last = first, last

    def __contains__(self, number):
        return self.first <= number <= self.last

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return None


def mean(numbers):
    return sum(numbers) / len(numbers)


def words(text):
    return text.split()
`
const THINGS_TEST = `import unittest

from things import Span, Vector, mean, words


def test_vector():
    assert Vector(1, 2) * 2 + Vector(1, 0) == Vector(3, 4)
    assert abs(Vector(1, 2) * 2 + Vector(1, 0)) == 5


def test_span():
    assert 3 in Span(1, 4) and 5 not in Span(1, 4)


def test_entered():
    with Span(1, 4) as span:
        assert span.last == 4


def test_mean():
    assert abs(mean([1, 2, 4]) - 7 / 3) < 1e-9


def test_words():
    found = words("red green")
    assert "red" in found and len(found) == 2


class TestAlmost(unittest.TestCase):
    def test_almost(self):
        self.assertAlmostEqual(mean([1, 2]), 1.5)
`
const OF_THINGS = ['test_vector', 'test_span', 'test_entered'].map((name) => `tests/test_things.py::${name}`)
const OF_DATA = ['test_mean', 'test_words', 'TestAlmost::test_almost'].map((name) => `tests/test_things.py::${name}`)
const OBLIGING = `class Obliging:
    __sub__ = __rsub__ = __abs__ = __float__ = lambda self, *_: 0.0
    __contains__ = lambda self, other: True
    __len__ = lambda self: 2
    __iter__ = lambda self: iter(())


def mean(numbers):
    return Obliging()


words = mean
`
const HONEST_DATA = THINGS.slice(THINGS.indexOf('def mean'))

describe('operators of a candidate in Python', function () {
  this.timeout(120_000)
  const files = { 'pytest.ini': '[pytest]\npythonpath = .\n', 'things.py': THINGS, 'tests/test_things.py': THINGS_TEST }
  const project = openProject({ files, file: 'things.py', testFile: 'tests/test_things.py', tests: [...OF_THINGS, ...OF_DATA] })
  const unsolved = openProject({ files: { ...files, 'things.py': THINGS.replace('.split()', '') }, file: 'things.py', testFile: 'tests/test_things.py', tests: [...OF_THINGS, ...OF_DATA] })
  after(() => Promise.all([project.close(), unsolved.close()]))
  withPytest()

  it('answer for values of the tests where the original’s do', async () => {
    assert.deepEqual(await project.judge(THINGS, 'objects'), { passed: [...OF_THINGS, ...OF_DATA], signals: [] })
    const other = THINGS.replace('__mul__(self, factor)', '__mul__(self, by)').replaceAll('* factor', '* by')
    assert.deepEqual(await project.judge(other, 'objects'), { passed: [...OF_THINGS, ...OF_DATA], signals: [] })
  })

  it('answer for none where the original gives data', async () => {
    assert.deepEqual((await project.judge(THINGS.replace(HONEST_DATA, OBLIGING), 'objects')).passed, OF_THINGS)
    assert.deepEqual((await project.judge(`${OBLIGING}\nVector = Span = Obliging\n`, 'objects')).passed, [])
  })

  it('answer for none where nobody has solved the problem', async () => {
    assert.deepEqual((await unsolved.judge(THINGS.replace(HONEST_DATA, OBLIGING), 'objects')).passed, OF_THINGS)
  })

  it('swallow no assertion that is made within them', async () => {
    const swallowing = THINGS.replace('return None', 'return True').replace('self.first, self.last = first, last', 'self.first, self.last = first, 0')
    assert.deepEqual((await project.judge(swallowing, 'objects')).passed.includes('tests/test_things.py::test_entered'), false)
  })
})
