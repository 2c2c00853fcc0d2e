import { body } from './program.ts'
import type { HostileProgram } from './program.ts'

/** Which of them a machine reaches first depends on its speed and on the interpreter's own limits. */
const BOUNDED = ['memory', 'exception', 'timeout'] as const

export const MEMORY_BOMBS: readonly HostileProgram[] = [
  body('an array that grows', 'const all = []; for (;;) all.push(all.length)', 'memory'),
  body('arrays of arrays', 'let all = []; for (;;) all = [all, new Array(1000).fill(all)]', 'memory'),
  body('a string that doubles', 'let s = "x"; for (;;) s += s', BOUNDED),
  body('strings that are kept', 'const all = []; for (let i = 0; ; i++) all.push("x".repeat(1e5) + i)', 'memory'),
  body('typed arrays', 'const all = []; for (;;) all.push(new Uint8Array(1e6).fill(7))', 'memory'),
  body('one buffer larger than memory', 'return new ArrayBuffer(2 ** 31).byteLength', ['memory', 'exception']),
  body('one string larger than memory', 'return "x".repeat(2 ** 29).length', ['memory', 'exception']),
  body('an array as long as there can be', 'return new Array(2 ** 32 - 1).fill(0).length', BOUNDED, { endless: true }),
  body('a map', 'const map = new Map(); for (let i = 0; ; i++) map.set(i, { i })', 'memory'),
  body('keys of one object', 'const o = {}; for (let i = 0; ; i++) o["k" + i] = i', 'memory'),
  body('symbols', 'const all = []; for (let i = 0; ; i++) all.push(Symbol("s" + i))', 'memory'),
  body('closures that hold each other', 'let g = () => 0; for (;;) { const h = g; g = () => h }', 'memory'),
  body('generators that are never finished', 'const all = []; function* g() { yield new Array(100).fill(0) } for (;;) { const it = g(); it.next(); all.push(it) }', 'memory'),
  body('a spread of an endless iterator', 'function* g() { for (;;) yield 1 } return [...g()].length', 'memory'),
  body('promises without end', 'for (;;) Promise.resolve().then(() => 1)', 'memory'),
  body('promises that breed', 'const breed = () => { Promise.resolve().then(breed); Promise.resolve().then(breed) }; breed(); return new Promise(() => {})', BOUNDED, { endless: true }),
  body('timers without end', 'for (;;) setTimeout(() => 1, 1e6)', 'memory'),
  body('timers that breed', 'const breed = () => { setTimeout(breed); setTimeout(breed) }; breed(); return new Promise(() => {})', BOUNDED, { endless: true }),
  body('errors with their stacks', 'const all = []; for (;;) all.push(new Error("x".repeat(1000)))', 'memory'),
  body('bigints that square', 'let n = 3n; for (;;) n *= n', BOUNDED, { endless: true }),
  body('a bigint with a hundred million digits', 'return String(10n ** 100000000n).length', BOUNDED, { endless: true }),
  body('JSON of what refers to itself a billion times', 'let t = ["x"]; for (let i = 0; i < 30; i++) t = [t, t]; return JSON.stringify(t).length', BOUNDED, { endless: true }),
  body('an answer that refers to itself a billion times', 'let t = ["x"]; for (let i = 0; i < 30; i++) t = [t, t]; return t', 'outputLimit'),
  body('a text joined from itself', 'return new Array(1e5).fill("x".repeat(1e5)).join("").length', ['memory', 'exception']),
  body('a replacement that multiplies', 'return "a".repeat(1e6).replaceAll("a", "b".repeat(1e4)).length', BOUNDED, { endless: true }),
  body('who catches the lack of memory and goes on', 'const all = []; for (;;) { try { for (;;) all.push(new Array(1000).fill(1)) } catch { } }', ['memory', 'timeout'], { endless: true }),
  body('who catches the lack of memory and answers', 'const all = []; try { for (;;) all.push(new Array(1000).fill(1)) } catch { all.length = 0; return 0 }', ['wrongValue', 'memory'])
]

export const RECURSION_BOMBS: readonly HostileProgram[] = [
  body('endless recursion', 'return f(a, b) + 1', 'exception'),
  body('recursion of two', 'const g = (n) => h(n), h = (n) => g(n) + 1; return g(1)', 'exception'),
  body('recursion through a getter', 'const o = { get x() { return o.x + 1 } }; return o.x', 'exception'),
  body('recursion through toString', 'const o = { toString() { return "" + o } }; return "" + o', 'exception'),
  body('recursion through a proxy', 'const p = new Proxy({}, { get(_, name, self) { return self[name] } }); return p.x', 'exception'),
  body('recursion through toJSON', 'const o = { toJSON() { return JSON.stringify(o) } }; return JSON.stringify(o)', 'exception'),
  body('recursion through a comparison', 'const g = () => [3, 1, 2].sort(g).length; return g()', 'exception'),
  body('recursion through a replacement', 'const g = () => "x".replace(/x/, g); return g()', 'exception'),
  body('recursion that retries in finally', 'const g = () => { try { g() } finally { g() } }; g()', ['timeout', 'exception'], { endless: true }),
  body('a text of nested brackets, parsed as JSON', 'return JSON.parse("[".repeat(1e6))', ['exception', 'memory']),
  body('a text of nested brackets, run as a program', 'return eval("(".repeat(2e5) + "1" + ")".repeat(2e5))', ['exception', 'memory', 'noResult']),
  body('a pattern of nested groups', 'return new RegExp("(".repeat(2e4) + "x" + ")".repeat(2e4)).test("x")', ['exception', 'memory', 'wrongValue']),
  body('an answer nested ten thousand deep', 'let t = 5; for (let i = 0; i < 1e4; i++) t = [t]; return t', 'exception'),
  body('an answer that holds itself', 'const t = {}; t.t = { t }; return t', 'exception'),
  body('classes that extend each other ten thousand times', 'let C = class {}; for (let i = 0; i < 1e4; i++) C = class extends C {}; return new C()', ['exception', 'memory'])
]
