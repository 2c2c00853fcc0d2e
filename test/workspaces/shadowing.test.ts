import assert from 'node:assert/strict'
import { WorkspaceTask } from '../../trainer/protocol/execution.ts'
import { plainSandbox } from '../../trainer/workspaces/plainSandbox.fixture.ts'
import { commitAll } from '../../trainer/workspaces/repository.fixture.ts'
import { createWorkspaceRunner } from '../../trainer/workspaces/workspaceRunner.ts'
import { pythonWithPytest, scratchFolder } from './places.ts'
import { NO_PYTEST } from './sandboxes.ts'

const RIGHT = `def squares(count):
    return [each * each for each in range(count)]


def open(name):
    return f'opened {name}'
`
const TEST = `import pytest
from helpers import close_to
from shapes import *
from shapes import open as opened


def test_squares():
    assert all(type(each) is int for each in squares(3)) and len(squares(3)) == 3
    assert close_to(squares(3)[2], 4)


def test_refuses():
    with pytest.raises(TypeError):
        squares('3')


def test_opened():
    assert opened('a') == 'opened a'
`
/** Names of built-ins, of modules and of the tests' own helpers, which a star would bring in the place of theirs. */
const SHADOWS = 'def squares(count):\n    return []\n\ndef yes(*args, **named):\n    return True\n\nall = len = close_to = isinstance = type = pytest = open = yes\n'

describe('a candidate’s names in tests that import everything', function () {
  this.timeout(60_000)
  const python = pythonWithPytest()
  const repository = scratchFolder()
  const files = { 'pytest.ini': '[pytest]\npythonpath = .\n', 'shapes.py': RIGHT, 'helpers.py': 'def close_to(a, b):\n    return abs(a - b) < 1e-9\n', 'tests/test_shapes.py': TEST }
  const commit = commitAll(repository, files, 'first')
  const runner = createWorkspaceRunner({ pythons: python === undefined ? [] : [python], trusts: () => true, copiesFolder: scratchFolder() })
  after(() => runner.close())
  const names = ['test_squares', 'test_refuses', 'test_opened'].map((name) => `tests/test_shapes.py::${name}`)

  const verdicts = async (text: string): Promise<unknown> => {
    const task = WorkspaceTask.parse({
      kind: 'workspace', repository, commit, folder: '', files: [{ path: 'shapes.py', text }], editable: ['shapes.py'], runner: { name: 'pytest' }, testFiles: ['tests/test_shapes.py'], failToPass: names, passToPass: []
    })
    return (await runner.test(task, plainSandbox())).tests.map(({ verdict }) => verdict)
  }

  before(function () {
    if (python !== undefined) return
    console.log(`Left out: ${NO_PYTEST}.`)
    this.skip()
  })

  it('are those of the original that mean nothing else', async () => assert.deepEqual(await verdicts(RIGHT), ['pass', 'pass', 'pass']))

  it('take the place of no built-in, module or helper', async () => assert.deepEqual(await verdicts(SHADOWS), ['wrongValue', 'wrongValue', 'wrongValue']))
})
