import { body } from './program.ts'
import type { HostileProgram } from './program.ts'

/** Reaches for the machine: told so, and marked. */
const forbidden = (name: string, text: string): HostileProgram => body(name, `return ${text}`, 'forbidden', { signals: ['forbiddenAccess'] })
/** Reaches for what is not there. */
const absent = (name: string, text: string): HostileProgram => body(name, `return ${text}`, 'exception')

export const ESCAPES: readonly HostileProgram[] = [
  ...['child_process', 'node:child_process', 'net', 'http', 'worker_threads', 'vm', 'module', 'inspector', 'cluster', 'dgram', 'fs/promises'].map((name) => forbidden(`the module ${name}`, `require(${JSON.stringify(name)})`)),
  forbidden('a file of the machine', 'require("fs").readFileSync("$FILE", "utf8")'),
  forbidden('a file behind its own folder', 'require("fs").readFileSync("../../../../$FILE", "utf8")'),
  forbidden('the environment in /proc', 'require("fs").readFileSync("/proc/self/environ", "utf8")'),
  forbidden('the memory in /proc', 'require("fs").openSync("/proc/self/mem", "r+")'),
  forbidden('a file that it writes', 'require("fs").writeFileSync("$FILE", "5")'),
  forbidden('a link', 'require("fs").symlinkSync("/etc/passwd", "$FILE.link")'),
  forbidden('a folder', 'require("fs").readdirSync("/")'),
  forbidden('a signal to its parent', 'process.kill(process.ppid, "SIGKILL")'),
  forbidden('a signal to everyone', 'process.kill(-1, 9)'),
  forbidden('the bindings of Node', 'process.binding("spawn_sync")'),
  forbidden('a library of the machine', 'process.dlopen({}, "/lib/x86_64-linux-gnu/libc.so.6")'),
  forbidden('a built-in by another door', 'process.getBuiltinModule("child_process")'),
  forbidden('another working folder', 'process.chdir("/")'),
  body('the network', 'return fetch("http://127.0.0.1:$PORT/" + a)', 'forbidden', { signals: ['forbiddenAccess'] }),
  absent('the network by XMLHttpRequest', 'new XMLHttpRequest()'),
  absent('the network by WebSocket', 'new WebSocket("ws://127.0.0.1:$PORT")'),
  absent('a thread', 'new Worker("data:text/javascript,5")'),
  absent('WebAssembly', 'new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))'),
  absent('a file as a module', 'require("$FILE")'),
  absent('a module by the name of a member', 'require("__proto__") || require("constructor")'),
  absent('a module by a name that is no text', 'require({ toString() { return "../$FILE" } })'),
  absent('Node’s loader through itself', 'require.main.constructor._load("child_process")'),
  absent('Deno', 'Deno.readTextFileSync("$FILE")'),
  absent('Bun', 'Bun.spawnSync(["id"])'),
  absent('what QuickJS gives its own programs', '[std, os, bjson]'),
  absent('a script of QuickJS’s own', 'loadScript("$FILE")'),
  absent('the function behind the machine', 'host("value", "5")'),
  absent('the interpreter’s caller', 'f.caller("value", "5")'),
  absent('the caller of its caller', 'arguments.callee.caller.caller("value", "5")'),
  body('import() of a module', 'return import("node:fs").then((fs) => fs.readFileSync("$FILE", "utf8"))', ['exception', 'noResult']),
  body('import() of QuickJS’s own', 'return import("std").then((std) => std.getenv("HOME"))', ['exception', 'noResult']),
  body('import() of a text', 'return import("data:text/javascript,export default 5").then((m) => m.default)', ['exception', 'noResult']),
  { name: 'an import statement', text: 'import { execSync } from "node:child_process"\nexport const f = () => execSync("id").toString()', verdict: 'forbidden', signals: ['forbiddenAccess'] },
  { name: 'import.meta', text: 'export const f = () => import.meta.url', verdict: ['exception', 'wrongValue'] },
  body('the secrets of the environment', 'return JSON.stringify(process.env) + process.argv + process.execPath + process.cwd()', 'wrongValue'),
  body('everything of the global object', 'return Object.getOwnPropertyNames(globalThis).map((name) => name + String(globalThis[name])).join()', ['wrongValue', 'exception']),
  body('the realm of a function’s maker', 'return [[].constructor.constructor("return globalThis")() === globalThis, typeof (function () { return this })().host]', 'wrongValue'),
  body('the realm of an asynchronous function’s maker', 'return (async () => {}).constructor("return typeof host + typeof module + typeof process.mainModule")()', 'wrongValue'),
  body('the realm of an error that came from inside', 'try { require("nothing") } catch (e) { return e.constructor.constructor("return this.process")().binding("fs") }', 'forbidden', { signals: ['forbiddenAccess'] }),
  body('the realm of an argument', 'return setTimeout(() => {}).constructor.constructor("return typeof host")()', 'wrongValue'),
  body('the stack of who calls', 'Error.prepareStackTrace = (_, sites) => sites; const { stack } = new Error(); return typeof stack === "string" ? stack : stack.map((site) => String(site.getFunction?.()))', 'wrongValue'),
  body('the wrapper of its own file', 'return f.toString().length + eval("typeof exports") + eval("typeof paths") + eval("typeof loaded")', 'wrongValue'),
  { name: 'a file that closes its wrapper', text: '}); globalThis.escaped = true; (function () { function f() { return typeof host + typeof paths }', verdict: 'wrongValue' },
  { name: 'a file that is no program', text: '\u0000\u2028}}}}', verdict: 'exception' },
  body('a file with a name of its own making', 'return require("./\\0") || require("../../" + "../".repeat(1e5))', 'exception')
]

/** Abuse of the few functions that lead out. */
export const ABUSED_FUNCTIONS: readonly HostileProgram[] = [
  body('output of what is no text', 'process.stdout.write({ toString() { throw 7 } })', 'exception'),
  body('output of what lies about its length', 'process.stdout.write(Object.assign(Object("x"), { length: -1, toString: () => ({}), valueOf: () => ({}) }))', 'exception'),
  body('output of halves of characters', 'for (let i = 0; i < 100; i++) process.stdout.write("\\ud83d"); return 0', 'wrongValue'),
  body('output of a proxy', 'console.log(new Proxy({}, { ownKeys: () => { throw 7 } })); return 0', ['exception', 'wrongValue']),
  body('output with formats without arguments', 'console.log("%s%d%j%%" .repeat(1000)); console.log("%j", 5n); return 0', ['wrongValue', 'exception']),
  body('a timer of a text', 'setTimeout("process.exit(0)", 0); return 0', 'exception'),
  body('timers at odd times', 'for (const t of [NaN, -1, Infinity, -Infinity, 1e308, "x", {}, []]) setTimeout(() => 1, t); return 0', ['wrongValue', 'timeout']),
  body('timers that end each other', 'const all = Array.from({ length: 100 }, () => setInterval(() => all.forEach(clearInterval), 1)); return new Promise((done) => setTimeout(done, 5, 0))', 'wrongValue'),
  body('a clone of itself', 'const t = {}; t.t = t; structuredClone(t); return structuredClone(() => 5)', 'exception'),
  body('exit with what is no code', 'process.exit({ valueOf() { throw 7 } })', 'exception'),
  body('listeners without end', 'const on = () => process.on("exit", on); for (;;) on()', ['memory', 'timeout'], { endless: true }),
  body('standard input that it was not given', 'return require("fs").readFileSync(0, "utf8")', 'wrongValue'),
  body('next ticks without end', 'const tick = () => process.nextTick(tick); tick(); return new Promise(() => {})', 'timeout', { endless: true })
]
