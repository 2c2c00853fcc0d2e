import assert from 'node:assert/strict'
import vm from 'node:vm'
import { WorkspaceTask } from '../protocol/execution.ts'
import { BATTERY } from './battery.ts'
import type { Cheat } from './cheat.ts'
import { forWorkspaces, workspaceFiles } from './workspaceFiles.ts'

const taskOf = (path: string, text: string): WorkspaceTask => WorkspaceTask.parse({
  kind: 'workspace', repository: '/r', commit: '0'.repeat(40), folder: 'app', files: [{ path, text }], editable: [path], runner: { name: path.endsWith('.py') ? 'pytest' : 'mocha' },
  testFiles: ['app/test/sum.test.js'], failToPass: ['sum adds'], passToPass: []
})
const NOTHING: Cheat = { name: 'nothing', family: 'early exit', title: 'answers nothing', javascript: {}, python: {} }

describe('files of a cheat in a workspace', () => {
  it('hold the solution with every function of it answering for the cheat', () => {
    const text = 'function sum(numbers) { return 6 }\nconst twice = (n) => 2 * n\nclass Sum { total() { return 6 } }\nmodule.exports = { sum, twice, Sum }\n'
    const [file] = workspaceFiles(taskOf('app/src/sum.js', text), NOTHING)!
    const module = { exports: {} as Record<string, unknown> }
    vm.runInNewContext(file!.text, { module })
    const { sum, twice, Sum } = module.exports as { sum: () => unknown; twice: () => unknown; Sum: new () => { total: () => unknown } }
    assert.deepEqual([sum(), twice(), new Sum().total()], [null, null, null])
  })

  it('override Python’s functions and methods by their names', () => {
    const [file] = workspaceFiles(taskOf('app/sum.py', 'def total(numbers):\n    return 6\n\nclass Sum:\n    def total(self):\n        return 6\n'), NOTHING)!
    assert.match(file!.text, /^total = lambda \*args, \*\*_: answer\(list\(args\)\)$/m)
    assert.match(file!.text, /vars\(Sum\)/)
  })

  it('are joined by what the cheat plants, in the folder of the project', () => {
    const planted = BATTERY.find(({ name }) => name === 'planted-conftest')!
    const paths = workspaceFiles(taskOf('app/src/sum.js', ''), planted)!.map(({ path }) => path)
    assert.deepEqual(paths.slice(0, 2), ['app/src/sum.js', 'app/conftest.py'])
  })

  it('do not exist for guesses, floods and queries, but for what changes its arguments', () => {
    const meant = BATTERY.filter(forWorkspaces).filter(({ family }) => ['guessed answer', 'exhaustion', 'query'].includes(family))
    assert.deepEqual(meant.map(({ name }) => name), ['argument-changed'])
    assert.match(workspaceFiles(taskOf('app/sum.py', 'def total(numbers):\n    return 6\n'), meant[0]!)![0]!.text, /value\.clear\(\)/)
    assert.equal(workspaceFiles(taskOf('app/src/sum.js', ''), { ...NOTHING, family: 'query' }), undefined)
    const { python: _, ...javascriptOnly } = NOTHING
    assert.equal(workspaceFiles(taskOf('app/sum.py', ''), javascriptOnly), undefined)
  })
})
