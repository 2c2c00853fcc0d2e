import { body } from './program.ts'
import type { HostileProgram } from './program.ts'

export const OUTPUT_FLOODS: readonly HostileProgram[] = [
  body('lines without end', 'for (;;) console.log("spam")', 'outputLimit'),
  body('errors without end', 'for (;;) console.error("spam")', 'outputLimit'),
  body('one line of a million characters', 'console.log("x".repeat(1e6)); return 5', 'outputLimit'),
  body('wide characters up to the limit', 'for (;;) process.stdout.write("😀".repeat(1000))', 'outputLimit'),
  body('empty writes without end', 'for (;;) process.stdout.write("")', 'timeout', { endless: true }),
  body('both streams at once', 'for (;;) { console.log("a"); console.error("b") }', 'outputLimit'),
  body('output from promises', 'const g = () => { console.log("x".repeat(100)); Promise.resolve().then(g) }; g(); return new Promise(() => {})', 'outputLimit'),
  body('output from timers', 'setInterval(() => console.log("x".repeat(1000)), 1); return new Promise(() => {})', 'outputLimit'),
  body('output deeper and deeper', 'for (;;) console.group("x".repeat(100))', 'outputLimit'),
  body('a large value, printed', 'for (;;) console.log(Array.from({ length: 1000 }, (_, i) => ({ i, text: "x".repeat(100) })))', 'outputLimit'),
  body('a flood that is caught', 'for (;;) { try { console.log("x".repeat(1e4)) } catch { } }', 'outputLimit'),
  body('marks of a terminal and of direction', 'console.log("\\u001b[2J\\u001b]0;pwned\\u0007\\u202egnp.exe\\u0000"); return 0', 'wrongValue'),
  body('an answer of three million characters', 'return "x".repeat(3e6)', 'outputLimit'),
  body('an answer of a million numbers', 'return Array.from({ length: 1e6 }, (_, i) => i)', 'outputLimit'),
  body('an answer of a hundred thousand keys', 'return Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ["key" + i, i]))', 'outputLimit'),
  body('an error of three million characters', 'throw "x".repeat(3e6)', ['exception', 'outputLimit']),
  { name: 'a program that prints without end', text: 'for (;;) console.log(5)', verdict: 'outputLimit', prints: true }
]

/** Left behind for whoever comes next. */
export const LEFTOVERS: readonly HostileProgram[] = [
  body('global variables', 'globalThis.leaked = 5; globalThis.a = 7; globalThis.f = () => 0; var v = 1; return 0', 'wrongValue'),
  body('prototypes', 'for (const { prototype } of [Object, Array, String, Number, Function, Promise, Map, RegExp]) prototype.leaked = 5; return 0', 'wrongValue'),
  body('timers and promises', 'setTimeout(() => { globalThis.leaked = 5; console.log("late") }, 1); Promise.resolve().then(() => { console.log("late") }); return 0', 'wrongValue'),
  body('a clock that lies', 'Date.now = () => 0; performance.now = () => 0; globalThis.Date = class {}; return 0', 'wrongValue'),
  body('random numbers that do not', 'Math.random = () => 0; return 0', 'wrongValue'),
  body('symbols for everyone', 'Symbol.for("leaked").description; globalThis[Symbol.for("leaked")] = 5; return 0', 'wrongValue'),
  body('an exit code', 'process.exitCode = 3; process.env.leaked = "5"; return 0', 'wrongValue'),
  body('a module that others share', 'require("fs").leaked = 5; require("events").prototype.emit = () => 5; require("util").format = () => 5; return 0', ['wrongValue', 'exception', 'forbidden']),
  body('memory full of its own bytes', 'const all = []; for (let i = 0; i < 200; i++) all.push(new Uint8Array(1e5).fill(0xee)); return 0', 'wrongValue'),
  body('a stack used to its end', 'const g = (n) => { try { return g(n + 1) } catch { return n } }; return g(0) > 100 ? 0 : 5', ['wrongValue', 'exception']),
  body('patterns in the middle of a text', 'globalThis.pattern = /a/g; pattern.exec("aa"); RegExp.prototype.exec = () => null; return 0', 'wrongValue'),
  body('an error that stays', 'Promise.reject(new Error("left")); return 0', 'wrongValue'),
  body('a finalizer', 'globalThis.registry = new FinalizationRegistry(() => { globalThis.leaked = 5 }); registry.register({}, 1); return 0', ['wrongValue', 'exception'])
]
