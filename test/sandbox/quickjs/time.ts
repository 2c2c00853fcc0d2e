import { body, endless } from './program.ts'
import type { HostileProgram } from './program.ts'

const never = (name: string, text: string, verdict: HostileProgram['verdict'] = 'timeout'): HostileProgram => body(name, text, verdict, { endless: true })

export const ENDLESS_PROGRAMS: readonly HostileProgram[] = [
  never('a loop', 'for (;;);'),
  never('a loop that catches whatever would end it', 'for (;;) { try { for (;;); } catch { } finally { continue } }'),
  endless('a loop before the function is defined', 'for (;;); function f() { return 5 }'),
  never('a loop in an asynchronous function', 'return (async () => { for (;;) await null })()'),
  never('a promise that begets the next', 'const g = () => Promise.resolve().then(g); return g()'),
  never('an interval', 'setInterval(() => 1, 1); return new Promise(() => {})'),
  never('a sleep past the limit', 'return new Promise((done) => setTimeout(() => done(5), 1e9))'),
  never('a wait for the clock to move', 'const until = Date.now() + 1e9; while (Date.now() < until); return 5'),
  never('a pattern that backtracks for ever', 'return /^(a+)+$/.test("a".repeat(60) + "b")'),
  never('a pattern with alternatives that backtrack', 'return /^(a|aa|a?)*$/.test("a".repeat(80) + "b")'),
  never('a replacement by a pattern that backtracks', 'return ("x".repeat(50000) + "y").replace(/(x*)*z/g, "")'),
  never('an answer whose member never comes', 'return { get a() { for (;;); } }'),
  never('an answer whose keys never come', 'return new Proxy({}, { ownKeys() { for (;;); } })'),
  never('an answer that is a promise by half', 'return { then() { for (;;); } }'),
  never('an answer that resolves to itself again and again', 'const t = { then(done) { done({ then: t.then }) } }; return (async () => await t)()'),
  never('an error whose text never comes', 'throw { get stack() { for (;;); }, get message() { for (;;); }, toString() { for (;;); } }', ['timeout', 'exception']),
  never('an error with a name that never comes', 'const e = new Error("x"); Object.defineProperty(e, "name", { get() { for (;;); } }); throw e'),
  never('printing what never ends', 'console.log({ get a() { for (;;); } }); return 5'),
  never('a sort by a comparison that lies', 'const all = Array.from({ length: 1e6 }, (_, i) => i); for (;;) all.sort(() => Math.random() - 0.5)', ['timeout', 'memory']),
  never('a native that looks at nothing', 'const all = new Array(3e5).fill("x".repeat(90)); for (let s = ""; ;) s = all.concat(s.slice(0, 9)).sort().reverse().join("").slice(0, 9)', ['timeout', 'memory']),
  never('huge integers', 'let n = 1n; for (;;) n = (n << 1000000n) % 7n ** 300000n + 1n', ['timeout', 'memory', 'exception']),
  body('a promise that nobody settles', 'return new Promise(() => {})', 'noResult'),
  body('a wait on shared memory', 'return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)', ['exception', 'memory']),
  body('a promise that is refused', 'return Promise.reject(5)', 'exception')
]
