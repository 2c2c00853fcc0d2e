import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import vm from 'node:vm'
import type { CodeTask } from '../protocol/execution.ts'
import { randomStream } from '../random/random.ts'
import { BATTERY } from './battery.ts'
import { cheatProgram, targetOf } from './cheatProgram.ts'
import { PYTHON } from './doubles/runProgram.fixture.ts'
import { squaresEnvironment } from './doubles/squares.fixture.ts'

function taskOf(style: 'list' | 'stdin'): CodeTask {
  const environment = squaresEnvironment('javascript', style)
  const task = environment.code!.task('', environment.generate(randomStream(1), 'train', {}))
  if ('none' in task || task.kind !== 'code') throw new TypeError('a program')
  return task
}

describe('programs of cheats', () => {
  const [call, stdin] = [targetOf(taskOf('list')), targetOf(taskOf('stdin'))]

  it('know what was shown and the names of functions, never hidden tests', () => {
    assert.deepEqual(call, { style: 'call', functions: ['squares'], examples: [{ args: [[0, 1, 2]], expected: [0, 1, 4] }], tables: [] })
    assert.deepEqual([stdin.style, stdin.functions, stdin.examples.map(({ args }) => args)], ['stdin', [], [['3\n']]])
  })

  it('answer every function of the task, with what was shown at hand', () => {
    const text = cheatProgram({ javascript: { body: 'return seen(args)' } }, 'javascript', call)!
    const values: unknown = vm.runInNewContext(`${text}; JSON.stringify([squares([0, 1, 2]), squares([3]) ?? null])`)
    assert.equal(values, '[[0,1,4],null]')
  })

  it('hold what was shown only where they use it, so that a reward that looks for it finds the cheats', () => {
    assert.doesNotMatch(cheatProgram({ javascript: {} }, 'javascript', call)!, /EXAMPLES|0,1,4/)
    assert.doesNotMatch(cheatProgram({ python: {} }, 'python', call)!, /EXAMPLES/)
    assert.match(cheatProgram({ python: { body: 'return seen(args)' } }, 'python', call)!, /EXAMPLES = .*0,1,4/)
  })

  it('do not exist where a cheat has no form', () => {
    assert.equal(cheatProgram({ python: {} }, 'javascript', call), undefined)
    assert.equal(cheatProgram({ python: {} }, 'sql', call), undefined)
  })

  it('parse, all of them in JavaScript', () => {
    for (const cheat of BATTERY) for (const target of [call, stdin]) {
      const text = cheatProgram(cheat, 'javascript', target)
      if (text !== undefined) assert.doesNotThrow(() => new vm.Script(text), cheat.name)
    }
  })

  it('parse, all of them in Python', function () {
    if (PYTHON === undefined) return void console.log('      Programs in Python: not parsed, since there is none.')
    this.timeout(20_000)
    const texts = BATTERY.flatMap((cheat) => [call, stdin].flatMap((target) => cheatProgram(cheat, 'python', target) ?? []))
    const { status, stderr } = spawnSync(PYTHON, ['-c', 'import ast, json, sys\nfor text in json.load(sys.stdin): ast.parse(text)'], { input: JSON.stringify(texts), encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  })
})
