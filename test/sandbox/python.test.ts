import assert from 'node:assert/strict'
import { LabError } from '../../trainer/errors.ts'
import { Limits } from '../../trainer/protocol/execution.ts'
import type { Call, CallEnd, ExecutionOutcome, ExecutionRequest, Json, Sandbox } from '../../trainer/sandbox/sandbox.ts'
import { workingBackends } from './workingBackends.ts'

const calling = (name: string, ...args: Json[]): Call => ({ style: 'call', function: name, args })
const reading = (stdin: string): Call => ({ style: 'stdin', stdin })

for (const { backend } of await workingBackends('Python programs')) {
  describe(`Python programs in ${backend.name}`, () => {
    let sandbox: Sandbox
    before(async () => { sandbox = await backend.open() })
    after(() => sandbox.close())

    const execute = (text: string, calls: readonly Call[], more: Partial<ExecutionRequest> = {}): Promise<ExecutionOutcome> =>
      sandbox.execute({ language: 'python', files: [{ path: 'program.py', text }, ...(more.files ?? [])], calls, limits: Limits.parse({ wallSeconds: 30, cpuSeconds: 30, ...more.limits }) })
    const ends = async (text: string, ...calls: Call[]): Promise<readonly CallEnd[]> => (await execute(text, calls)).calls.map(({ end }) => end)
    const valueOf = async (text: string, ...calls: Call[]): Promise<readonly unknown[]> => (await ends(text, ...calls)).map((end) => (end.ended === 'value' ? end.value : end))

    it('answer call by call, in one process that keeps its state', async () => {
      const text = 'seen = []\ndef add(a):\n    seen.append(a)\n    return seen\n'
      assert.deepEqual(await valueOf(text, calling('add', 1), calling('add', 'x')), [[1], [1, 'x']])
    })

    it('go on after an exception, whose place is told', async () => {
      const [first, second] = await ends('def half(n):\n    return 6 / n\n', calling('half', 0), calling('half', 4))
      assert.deepEqual([first, second], [{ ended: 'exception', message: 'ZeroDivisionError: division by zero (program.py, line 2)' }, { ended: 'value', value: 1.5 }])
    })

    it('tell each call what is wrong with the program', async () => {
      const [first, second] = await ends('def f(:\n', calling('f'), calling('f'))
      assert.deepEqual([first?.ended, second], ['exception', first])
      assert.match(JSON.stringify(first), /SyntaxError/)
      assert.match(JSON.stringify(await ends('x = 1\n', calling('f'))), /AttributeError/)
    })

    it('pass values in and out without loss', async () => {
      const special = ['NaN', 'Infinity', '-Infinity', '123456789012345678901234567890', '-9007199254740993'].map((text) => ({ $special: text }))
      const values: Json[] = [null, true, 0, -1.5, 1e300, 'é\u0000\ud83d\ude00', [], {}, [[1], { a: [false] }], ...special]
      assert.deepEqual(await valueOf('def same(x):\n    return x\n', ...values.map((value) => calling('same', value))), values)
      assert.ok(Object.is((await valueOf('def f():\n    return -0.0\n', calling('f')))[0], -0))
    })

    it('tell tuples and subclasses as what they are, and have no answer for what JSON cannot say', async () => {
      const text = 'import collections\nP = collections.namedtuple("P", "x y")\ndef f(which):\n    return [(1, 2), P(3, 4), {1: 2}, {1, 2}, b"x", f][which]\n'
      const told = await valueOf(text, ...[0, 1, 2, 3, 4, 5].map((which) => calling('f', which)))
      assert.deepEqual(told.slice(0, 2), [[1, 2], [3, 4]])
      assert.ok(told.slice(2).every((end) => (end as CallEnd).ended === 'exception'))
    })

    it('read standard input and write standard output, each in a process of its own', async () => {
      const { calls } = await execute('import sys\nn = int(input())\nprint(n * 2)\nprint("warned", file=sys.stderr)\nsys.exit(n)\n', [reading('3\n'), reading('0\n')])
      assert.deepEqual(calls.map(({ end, stdout, stderr }) => ({ end, stdout, stderr })), [
        { end: { ended: 'exit', code: 3 }, stdout: '6\n', stderr: 'warned\n' }, { end: { ended: 'exit', code: 0 }, stdout: '0\n', stderr: 'warned\n' }
      ])
    })

    it('find what scripts find without an import, and may begin with a mark of the byte order', async () => {
      for (const end of ['exit()', 'quit(0)']) assert.deepEqual(await ends(`\ufeffprint(1)\n${end}\nprint(2)\n`, reading('')), [{ ended: 'exit', code: 0 }])
      const digits = `1${'0'.repeat(5000)}`
      assert.deepEqual(await valueOf('def f(n):\n    return 10 ** n\n', calling('f', 5000)), [{ $special: digits }])
    })

    it('have their output told with the call that wrote it', async () => {
      const { calls } = await execute('def say(x):\n    print(x)\n    return x\n', [calling('say', 'one'), calling('say', 'two')])
      assert.deepEqual(calls.map(({ stdout }) => stdout), ['one\n', 'two\n'])
    })

    it('import their other files and what is installed, and write files of their own', async () => {
      const files = [{ path: 'lib/tools.py', text: 'def twice(x):\n    return x * 2\n' }]
      const text = 'import json\nfrom lib.tools import twice\ndef f(x):\n    with open("note.txt", "w") as file:\n        file.write(str(twice(x)))\n    return json.loads(open("note.txt").read())\n'
      assert.deepEqual((await execute(text, [calling('f', 21)], { files })).calls[0]!.end, { ended: 'value', value: 42 })
    })

    it('have files with any names and in any folders, and no modules or settings of the worker in their place', async () => {
      const own = ['system', 'values', 'frames', 'candidate', 'forker', 'process']
      const files = own.map((name) => ({ path: `${name}.py`, text: `OWN = "${name}"\n` }))
      const text = `import os, ${own.join(', ')}, parts.deep.inner\ndef f():\n    return [[${own.map((name) => `${name}.OWN`).join(', ')}], parts.deep.inner.A, "LD_BIND_NOW" in os.environ]\n`
      const { calls } = await execute(text, [calling('f')], { files: [...files, { path: 'parts/deep/inner.py', text: 'A = 3\n' }, { path: 'parts/deep/other.py', text: '' }] })
      assert.deepEqual(calls[0]!.end, { ended: 'value', value: [own, 3, false] })
    })

    it('draw the same numbers each time, and leave nothing for the next', async () => {
      const text = 'import os, random\ndef f():\n    names = sorted(os.listdir("."))\n    open("left", "w").close()\n    return [random.random(), names]\n'
      const [first] = await valueOf(text, calling('f'))
      for (let i = 0; i < 3; i++) assert.deepEqual(await valueOf(text, calling('f')), [first])
    })

    it('get their time anew with each call', async () => {
      const { calls, limitsHit } = await execute('import time\ndef f(seconds):\n    time.sleep(seconds)\n    return seconds\n', [calling('f', 0), calling('f', 60), calling('f', 0)], { limits: Limits.parse({ wallSeconds: 2 }) })
      assert.deepEqual([calls.map(({ end }) => end.ended), limitsHit], [['value', 'timeout', 'value'], ['wallSeconds']])
    })

    it('are measured', async () => {
      const { cpuSeconds, peakMegabytes, seconds } = await execute('def f():\n    return sum(range(10 ** 6))\n', [calling('f')])
      assert.ok(cpuSeconds! > 0 && peakMegabytes! > 1 && seconds > 0)
    })

    it('are refused in other languages and styles', async () => {
      const unsupported = (error: unknown): boolean => LabError.is(error, 'sandbox/unsupported')
      const request: ExecutionRequest = { language: 'javascript', files: [{ path: 'a.js', text: '' }], calls: [], limits: Limits.parse({}) }
      await assert.rejects(sandbox.execute(request), unsupported)
      await assert.rejects(sandbox.execute({ ...request, language: 'python', calls: [{ style: 'query', schema: '', gold: '' }] }), unsupported)
    })

    it('are cancelled', async () => {
      const stop = new AbortController()
      const running = sandbox.execute({ language: 'python', files: [{ path: 'a.py', text: 'while True: pass' }], calls: [calling('f')], limits: Limits.parse({ wallSeconds: 30 }) }, stop.signal)
      setTimeout(() => stop.abort(), 50)
      await assert.rejects(running, (error) => LabError.is(error, 'sandbox/cancelled'))
      assert.deepEqual(await valueOf('def f():\n    return 1\n', calling('f')), [1])
    })
  })
}
