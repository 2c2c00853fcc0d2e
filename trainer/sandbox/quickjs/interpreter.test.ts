import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Limits } from '../../protocol/execution.ts'
import type { Language, ProgramFile } from '../../protocol/execution.ts'
import { writeSpecial } from '../../graders/specialValues.ts'
import type { CallReport } from '../wasm/workerMessages.ts'
import { Interpreter } from './interpreter.ts'
import { readProgram } from './program.ts'

describe('the interpreter of candidates', () => {
  let interpreter: Interpreter
  before(async () => { interpreter = await Interpreter.start() })

  const limits = (some: Partial<Limits> = {}): Limits => Limits.parse({ wallSeconds: 60, cpuSeconds: 60, ...some })
  const call = (text: string | readonly ProgramFile[], args: unknown[] = [], { language = 'javascript', name = 'f', ...some }: Partial<Limits> & { language?: Language; name?: string } = {}): CallReport =>
    interpreter.run({
      program: readProgram(typeof text === 'string' ? [{ path: 'main.js', text }] : text, language),
      call: { style: 'call', function: name, args: args as never[] }, limits: limits(some)
    })
  const program = (text: string, stdin = '', some: Partial<Limits> = {}): CallReport =>
    interpreter.run({ program: readProgram([{ path: 'main.js', text }], 'javascript'), call: { style: 'stdin', stdin }, limits: limits(some) })
  const valueOf = ({ end }: CallReport): unknown => {
    assert.equal(end.ended, 'value', JSON.stringify(end))
    return JSON.parse((end as { text: string }).text)
  }
  const messageOf = ({ end }: CallReport, ended: CallReport['end']['ended']): string => {
    assert.equal(end.ended, ended, JSON.stringify(end))
    return (end as { message: string }).message
  }

  describe('calls', () => {
    it('gives back what a function answers', () => {
      assert.deepEqual(valueOf(call('function f(a, b) { return { sum: a + b, list: [a, b] } }', [2, 3])), { sum: 5, list: [2, 3] })
    })

    it('finds the function wherever it is', () => {
      for (const text of ['const f = () => 1', 'exports.f = () => 1', 'module.exports = { f() { return 1 } }', 'export const f = () => 1', 'let f; f = () => 1', 'async function f() { return 1 }']) {
        assert.equal(valueOf(call(text)), 1, text)
      }
      assert.equal(valueOf(call('class Solver { static f(a) { return a * this.two }\n static two = 2 }', [4], { name: 'Solver.f' })), 8)
      assert.match(messageOf(call('const g = 1'), 'exception'), /f is not defined as a function/)
    })

    it('carries every JSON value there and back', () => {
      fc.assert(fc.property(fc.jsonValue(), (value) => {
        assert.deepEqual(valueOf(call('const f = (value) => value', [value])), JSON.parse(JSON.stringify(value, (_, inner: unknown) => inner)), JSON.stringify(value))
      }), { numRuns: 200 })
    })

    it('says what JSON cannot', () => {
      const special = [NaN, Infinity, -Infinity, 2n ** 70n, -(2n ** 53n), undefined].map(writeSpecial)
      assert.deepEqual(valueOf(call('const f = (values) => values', [special])), special)
      assert.deepEqual(valueOf(call('const f = ([nan, plus, minus, huge, , nothing]) => [nan !== nan, plus === 1 / 0, minus === -1 / 0, huge === 2n ** 70n, nothing === undefined]', [special])), [true, true, true, true, true])
      assert.ok(Object.is(valueOf(call('const f = () => -0')), -0))
      assert.equal(valueOf(call('const f = () => 5n')), 5)
    })

    it('refuses answers that neither can say', () => {
      for (const answer of ['new Map()', 'new Set([1])', '() => 1', 'Symbol()', 'new Date(0)', '[new (class A {})()]', '(() => { const a = []; a[0] = a; return a })()', 'new Uint8Array(2)', '{ $special: "5" }']) {
        assert.match(messageOf(call(`const f = () => (${answer})`), 'exception'), /the answer holds/, answer)
      }
    })

    it('waits for promises and timers without waiting', () => {
      const report = call('const f = async (n) => { await new Promise((done) => setTimeout(done, 30000)); return n }', [7])
      assert.equal(valueOf(report), 7)
      assert.ok(report.seconds < 30)
    })

    it('tells a promise that is never settled', () => {
      assert.match(messageOf(call('const f = () => new Promise(() => {})'), 'noResult'), /never settled/)
    })

    it('says what was thrown and where', () => {
      assert.equal(messageOf(call('function f(a) {\n  return a.b.c\n}', [{}]), 'exception').replaceAll(/\s+/g, ' '), "TypeError: cannot read property 'c' of undefined at f (main.js:2:13)")
      assert.equal(messageOf(call('throw new Error("x")'), 'exception').replaceAll(/\s+/g, ' '), 'Error: x at <anonymous> (main.js:1:16)')
      assert.match(messageOf(call('const f = () => { throw 5 }'), 'exception'), /Uncaught 5/)
      assert.match(messageOf(call('const f = () => { throw null }'), 'exception'), /Uncaught null/)
      // Where telling of it fails as well.
      assert.equal(call('Array.prototype.map = () => 5; const f = () => { throw new Error("x") }').end.ended, 'exception')
      assert.match(messageOf(call('function f( {'), 'exception'), /SyntaxError/)
      assert.match(messageOf(call('const f = async () => { throw new RangeError("late") }'), 'exception'), /RangeError: late/)
    })

    it('loads files as modules of each other', () => {
      const files = [
        { path: 'main.ts', text: 'import { twice } from "./lib/twice.js"\nimport data from "./data.json"\nexport const f = (n: number): number => twice(n) + data.offset' },
        { path: 'lib/twice.ts', text: 'import * as self from "../main"\nexport const twice = (n: number): number => 2 * n' },
        { path: 'data.json', text: '{"offset": 100}' }
      ]
      // A JSON file has no default export of its own as CommonJS; the transform makes one of the whole.
      assert.equal(valueOf(call(files, [4], { language: 'typescript' })), 108)
    })
  })

  describe('programs', () => {
    const stdout = (report: CallReport): string => {
      assert.deepEqual(report.end, { ended: 'exit', code: 0 }, JSON.stringify(report.end))
      return report.stdout
    }
    const readers: Readonly<Record<string, string>> = {
      whole: 'const lines = require("fs").readFileSync(0, "utf8").trim().split("\\n"); console.log(lines.join("+"))',
      device: 'import { readFileSync } from "node:fs"\nconsole.log(readFileSync("/dev/stdin").toString().trim().split("\\n").join("+"))',
      events: 'let all = ""; process.stdin.setEncoding("utf8").on("data", (text) => { all += text }).on("end", () => console.log(all.trim().split("\\n").join("+")))',
      readable: 'let all = ""; process.stdin.on("readable", () => { let part; while ((part = process.stdin.read()) !== null) all += part }); process.stdin.on("end", () => console.log(all.trim().replace(/\\n/g, "+")))',
      lines: 'const all = []; require("readline").createInterface({ input: process.stdin }).on("line", (line) => all.push(line)).on("close", () => console.log(all.join("+")))',
      iterator: 'const all = []; for await (const line of require("readline").createInterface({ input: process.stdin })) all.push(line); console.log(all.join("+"))',
      chunks: '(async () => { let all = ""; for await (const part of process.stdin) all += part; console.log(all.trim().split("\\n").join("+")) })()',
      questions: 'const rl = require("readline").createInterface({ input: process.stdin }); rl.question("", (a) => rl.question("", (b) => { console.log(a + "+" + b); rl.close() }))',
      promises: 'import { createInterface } from "node:readline/promises"\nconst rl = createInterface({ input: process.stdin })\nconst a = await rl.question(""); console.log(a + "+" + await rl.question(""))'
    }
    for (const [name, text] of Object.entries(readers)) {
      it(`reads standard input: ${name}`, () => assert.equal(stdout(program(text, '12\n3\n')), '12+3\n'))
    }

    it('prints as Node does', () => {
      const printed = stdout(program(`console.log([1, 'a', [2, { b: null }]], { a: "it's", 'b-c': [], d: {} }, -0, 5n, undefined)
        console.log('%s has %d%%', 'x', 4, new Map([['k', new Set([1])]])); console.log(class A {}, function g() {}, () => 1, Symbol('s'))
        console.log([[[[1]]]], Object.create(null), new (class P { x = 1 })(), new Date(0), /a/g); console.log(); console.log('a\\0b')`))
      assert.equal(printed, [
        "[ 1, 'a', [ 2, { b: null } ] ] { a: \"it's\", 'b-c': [], d: {} } -0 5n undefined",
        "x has 4% Map(1) { 'k' => Set(1) { 1 } }", '[class A] [Function: g] [Function (anonymous)] Symbol(s)',
        '[ [ [ [Array] ] ] ] [Object: null prototype] {} P { x: 1 } 1970-01-01T00:00:00.000Z /a/g', '', 'a\0b', ''
      ].join('\n'))
    })

    it('ends with the code that the program gives', () => {
      assert.deepEqual(program('process.exit(3)').end, { ended: 'exit', code: 3 })
      assert.deepEqual(program('process.exitCode = 4').end, { ended: 'exit', code: 4 })
      assert.deepEqual(program('try { process.exit(0) } finally { console.log("after") }').stdout, '')
    })

    it('keeps output apart and cuts it', () => {
      const report = program('console.error("oh"); console.log("é".repeat(40))', '', { outputBytes: 10 })
      assert.equal(report.end.ended, 'outputLimit')
      assert.deepEqual([report.stderr, report.stdout, report.outputCut, report.limitsHit], ['oh\n', 'ééé', true, ['outputBytes']])
    })
  })

  describe('limits', () => {
    it('stops what does not end, whatever it catches', () => {
      for (const text of ['while (true);', 'for (;;) { try { for (;;); } finally { continue } }', 'const f = () => Promise.resolve().then(f); f()', 'setInterval(() => 1, 10)', 'setTimeout(() => 1, 1e9)']) {
        const report = program(text, '', { wallSeconds: 0.05 })
        assert.deepEqual([report.end.ended, report.limitsHit], ['timeout', ['wallSeconds']], text)
      }
    })

    it('counts the time of the processor apart', () => {
      assert.deepEqual(program('for (;;);', '', { cpuSeconds: 0.05 }).limitsHit, ['cpuSeconds'])
    })

    it('bounds memory', () => {
      const report = call('const f = () => { const all = []; for (;;) all.push(new Uint8Array(1e6)) }', [], { memoryMegabytes: 32 })
      assert.deepEqual([report.end.ended, report.limitsHit], ['memory', ['memoryMegabytes']])
      // So short that there is none for an error: the interpreter throws null.
      assert.equal(call('const f = () => { const map = new Map(); for (let i = 0; ; i++) map.set(i, { i }) }', [], { memoryMegabytes: 32 }).end.ended, 'memory')
      assert.equal(valueOf(call('const f = () => { try { new Uint8Array(64e6) } catch { return "caught" } }', [], { memoryMegabytes: 32 })), 'caught')
    })

    it('bounds answers', () => {
      assert.equal(call('const f = () => "x".repeat(3e6)').end.ended, 'outputLimit')
      assert.match(messageOf(call('const f = () => { let a = []; for (let i = 0; i < 2000; i++) a = [a]; return a }'), 'exception'), /nested deeper/)
    })
  })

  describe('a fresh start', () => {
    it('carries nothing from one call to the next', () => {
      const marks = 'globalThis.mark = 1; Array.prototype.mark = 1; Object.prototype.mark = 1; JSON.parse = JSON.stringify = () => "1"; console.log = () => 1; process.env.mark = 1; globalThis.process = null'
      call(`${marks}\nconst f = () => 1`)
      const seen = 'const f = (a) => [typeof mark, [].mark, ({}).mark, JSON.stringify([a]), process.env.mark].map(String)'
      assert.deepEqual(valueOf(call(seen, [2])), ['undefined', 'undefined', 'undefined', '[2]', 'undefined'])
    })

    it('gives each call the same random numbers', () => {
      const draws = [1, 2].map(() => valueOf(call('const f = () => [Math.random(), Math.random()]')))
      assert.deepEqual(draws[0], draws[1])
    })

    it('needs nothing of the memory that it does not put back', () => {
      const { fresh, bytes } = interpreter.memory
      const { from, to, end } = fresh.leftAlone
      assert.ok(to - from > 2 ** 20)
      bytes.fill(0xaa, from, to)
      bytes.fill(0xaa, end)
      assert.deepEqual(valueOf(call('const f = (a) => { const all = Array.from({ length: 1e4 }, (_, i) => ({ i, a })); return [all.length, all.at(-1).i, /b+/.exec("abbc")[0], JSON.parse("[1]")] }', [1])), [1e4, 9999, 'bb', [1]])
      const deep = call('const f = (n) => n === 0 ? 0 : 1 + f(n - 1)', [200])
      assert.equal(valueOf(deep), 200)
    })

    it('takes out of a candidate’s hands what it could change for the host', () => {
      const report = call('const f = () => ({ get a() { return 1 }, toJSON() { return "forged" } })')
      assert.match(messageOf(report, 'exception'), /a function/)
      assert.deepEqual(valueOf(call('Object.prototype.toJSON = () => "forged"; String.prototype.toJSON = () => "forged"; const f = () => ({ a: "b" })')), { a: 'b' })
    })
  })

  describe('what it sees', () => {
    it('tells an early exit from an answer', () => {
      for (const text of ['process.exit(0)', 'process.reallyExit(0)', 'process.abort()', 'process.kill(process.pid)', 'process.exit.call(null, 0)']) {
        const report = call(`const f = () => { ${text} }`)
        assert.equal(report.end.ended, 'noResult', text)
        assert.deepEqual(report.sightings.map(({ kind }) => kind), ['earlyExit'], text)
      }
    })

    it('tells what reached for the machine', () => {
      for (const text of ['require("child_process")', 'require("node:net")', 'require("fs").readFileSync("/etc/passwd")', 'require("fs").writeFileSync("a", "b")', 'require("fs").readdirSync(".")', 'fetch("http://localhost")', 'process.binding("fs")', 'process.kill(1, 9)']) {
        const report = call(`const f = () => { ${text} }`)
        assert.deepEqual([report.end.ended, report.sightings.map(({ kind }) => kind)], ['forbidden', ['forbiddenAccess']], text)
      }
    })

    it('leaves the verdict to the answer where the refusal was caught', () => {
      const report = call('const f = () => { try { require("os").cpus() } catch {}\n try { require("net") } catch {}\n return 3 }')
      assert.equal(valueOf(report), 3)
      assert.deepEqual(report.sightings.map(({ why }) => why), ['module net'])
    })
  })
})
