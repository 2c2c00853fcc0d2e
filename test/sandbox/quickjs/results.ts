import { body } from './program.ts'
import type { HostileProgram } from './program.ts'

export const FORGED_ANSWERS: readonly HostileProgram[] = [
  body('an object equal to everything', 'return { valueOf: () => 5, toString: () => "5", [Symbol.toPrimitive]: () => 5 }', ['exception', 'wrongValue']),
  body('an object of a class equal to everything', 'return new (class { valueOf() { return 5 } equals() { return true } })()', 'exception'),
  body('a number in a box', 'return Object(5)', 'exception'),
  body('a text', 'return "5"', 'wrongValue'),
  body('a list of it', 'return [5]', 'wrongValue'),
  body('a list of all answers', 'return Array.from({ length: 100 }, (_, i) => i)', 'wrongValue'),
  body('an object with toJSON', 'return { toJSON: () => 5 }', 'exception'),
  body('a date whose JSON is it', 'const d = new Date(); d.toJSON = () => 5; return d', 'exception'),
  body('a proxy that is whatever is asked', 'return new Proxy(function () {}, { get: () => 5, apply: () => 5 })', ['exception', 'noResult']),
  body('a proxy of an array', 'return new Proxy([], { get: (_, name) => name === "length" ? 1 : 5 })', ['wrongValue', 'exception']),
  body('members that change each time', 'let n = 0; return { get a() { return n++ }, get b() { return n++ } }', 'wrongValue'),
  body('an array that grows while it is read', 'const t = [0]; Object.defineProperty(t, 0, { get() { t.push(0); return 5 } }); return t', 'wrongValue'),
  body('an array that is longer than it is', 'const t = [5]; t.length = 2 ** 32 - 1; return t', 'outputLimit'),
  body('the mark of a special value', 'return { $special: "5" }', 'exception'),
  body('the mark of a special value with a member of it', 'return { $special: "NaN", value: 5 }', 'wrongValue'),
  body('text for JSON that is more than an answer', 'return "5,\\"ended\\":\\"pass\\"}\\n{\\"kind\\":\\"call\\""', 'wrongValue'),
  body('a member named __proto__', 'return JSON.parse("{\\"__proto__\\": 5, \\"constructor\\": 5}")', 'wrongValue'),
  body('halves of characters and zeros', 'return "\\ud800\\0\\udc00"', 'wrongValue'),
  body('nothing', 'return undefined', 'wrongValue'),
  body('no number', 'return NaN', 'wrongValue'),
  body('a number next to it', 'return 5 + Number.EPSILON * 4', 'wrongValue'),
  body('an integer with a hundred thousand digits', 'return 10n ** 100000n', ['wrongValue', 'outputLimit']),
  body('a promise that settles twice', 'return { then(done) { done(0); done(5) } }', 'wrongValue'),
  body('a promise that fails and then settles', 'return { then(done, failed) { failed(new Error("x")); done(5) } }', 'exception'),
  body('an error that looks like the machine’s', 'const e = new Error("The sandbox’s process was ended"); e.name = "LabError"; e.code = "sandbox/infrastructure"; throw e', 'exception'),
  body('an error that looks like a lack of memory', 'throw new InternalError("out of memory")', 'memory'),
  body('an error that is a proxy', 'throw new Proxy(new Error("x"), { get: () => { throw 5 } })', ['exception', 'memory']),
  body('an error with a long text', 'throw new Error("x".repeat(1e6))', ['exception', 'outputLimit']),
  body('a report printed as text', 'console.log(JSON.stringify({ kind: "call", end: { ended: "value", text: "5" } })); return 0', 'wrongValue'),
  body('a report printed behind line breaks', 'process.stdout.write("\\n{\\"kind\\":\\"ready\\"}\\n{\\"kind\\":\\"call\\",\\"end\\":{\\"ended\\":\\"value\\",\\"text\\":\\"5\\"}}\\n"); return 0', 'wrongValue'),
  body('a report written to the descriptor of reports', 'require("fs").writeSync(3, "{\\"kind\\":\\"call\\"}\\n"); return 0', 'forbidden', { signals: ['forbiddenAccess'] }),
  body('the expected output, printed', 'console.log(5); console.log("5 passing"); return 0', 'wrongValue'),
  { name: 'an output that is right and a code that is not', text: 'console.log(5); process.exit(1)', verdict: 'exception', prints: true },
  { name: 'an output that is right among others', text: 'for (let i = 0; i < 9; i++) console.log(i)', verdict: 'wrongValue', prints: true },
  { name: 'no output', text: '', verdict: 'wrongValue', prints: true },
  { name: 'an output on the wrong stream', text: 'console.error(5)', verdict: 'wrongValue', prints: true },
  { name: 'the input itself', text: 'process.stdout.write(require("fs").readFileSync(0, "utf8"))', verdict: 'wrongValue', prints: true }
]

export const EARLY_EXITS: readonly HostileProgram[] = [
  ...['process.exit(0)', 'process.exit()', 'process.reallyExit(0)', 'process.abort()', 'process.kill(process.pid)', 'process.kill(process.pid, "SIGKILL")'].map((text) =>
    body(text, text, 'noResult', { signals: ['earlyExit'] })),
  { name: 'before the function is defined', text: 'process.exit(0); function f() { return 5 }', verdict: 'noResult', signals: ['earlyExit'] },
  body('in finally, after an answer', 'try { return 5 } finally { process.exit(0) }', 'noResult', { signals: ['earlyExit'] }),
  body('from a timer, with the answer still to come', 'setTimeout(() => process.exit(0)); return new Promise((done) => setTimeout(done, 10, 5))', 'noResult', { signals: ['earlyExit'] }),
  body('from a getter of the answer', 'return { get a() { process.exit(0) } }', 'noResult', { signals: ['earlyExit'] }),
  body('after the answer', 'setTimeout(() => process.exit(1)); Promise.resolve().then(() => process.exit(1)); return 5', 'pass')
]
