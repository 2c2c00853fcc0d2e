import { body } from './program.ts'
import type { HostileProgram } from './program.ts'

/** Answers 0 after it changed what carries, encodes or compares answers. */
const wrong = (name: string, text: string, verdict: HostileProgram['verdict'] = 'wrongValue'): HostileProgram => body(name, `${text}; return 0`, verdict)
/** The same, before the function is called. */
const outside = (name: string, text: string, verdict: HostileProgram['verdict'] = 'wrongValue'): HostileProgram => ({ name, text: `${text}\nfunction f() { return 0 }`, verdict })

export const PATCHED_BUILTINS: readonly HostileProgram[] = [
  wrong('JSON.stringify', 'JSON.stringify = () => "5"'),
  outside('JSON.parse', 'JSON.parse = () => 5'),
  outside('all of JSON', 'globalThis.JSON = new Proxy({}, { get: () => () => "5" })'),
  wrong('toJSON of everything', 'for (const { prototype } of [Object, Array, Number, String, Boolean, Function]) prototype.toJSON = () => 5'),
  wrong('valueOf and toString of numbers', 'Number.prototype.valueOf = () => 5; Number.prototype.toString = () => "5"'),
  wrong('String', 'String.prototype.concat = () => "5"; globalThis.String = () => "5"'),
  wrong('Symbol.toPrimitive of everything', 'Object.prototype[Symbol.toPrimitive] = () => 5'),
  wrong('Object.keys', 'Object.keys = () => ["5"]; Object.entries = () => [["5", 5]]; Reflect.ownKeys = () => ["5"]'),
  outside('Object.hasOwn and its like', 'Object.hasOwn = () => true; Object.prototype.hasOwnProperty = () => true'),
  wrong('Object.getPrototypeOf', 'Object.getPrototypeOf = () => Object.prototype; Object.is = () => true'),
  wrong('Array.isArray', 'Array.isArray = () => true'),
  outside('map, join and reduce of arrays', 'for (const name of ["map", "join", "reduce", "filter", "slice", "at"]) Array.prototype[name] = () => 5', ['wrongValue', 'exception']),
  outside('iteration over arrays', 'Array.prototype[Symbol.iterator] = function* () { yield 5 }', ['wrongValue', 'exception']),
  outside('a setter for every index', 'for (let i = 0; i < 10; i++) Object.defineProperty(Array.prototype, i, { set() {}, get: () => 5 })'),
  outside('Reflect.apply', 'Reflect.apply = () => 5'),
  outside('call, apply and bind of functions', 'Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => 5'),
  outside('split and replace of texts', 'String.prototype.split = () => ["constructor"]; String.prototype.replace = () => "5"', ['wrongValue', 'exception']),
  outside('the methods of maps', 'Map.prototype.get = Map.prototype.set = () => ({ exports: { f: () => 0 } })'),
  wrong('then of promises', 'Promise.prototype.then = (done) => done(5)'),
  body('Promise itself', 'globalThis.Promise = class { then(done) { done(5) } }; return (async () => 0)()', 'wrongValue'),
  wrong('then of everything', 'Object.prototype.then = Number.prototype.then = (done) => done(5)'),
  wrong('Number and its tests', 'Number.isSafeInteger = Number.isInteger = Number.isFinite = () => true; globalThis.Number = () => 5'),
  wrong('Math', 'for (const name of Object.getOwnPropertyNames(Math)) if (typeof Math[name] === "function") Math[name] = () => 5'),
  wrong('the members of what reports', 'for (const name of ["ended", "value", "text", "kind", "end", "verdict", "expected", "pass"]) Object.prototype[name] = "5"'),
  wrong('__proto__ of what reports', 'Object.prototype.__proto__ = null; ({}).__proto__.ended = "value"', ['wrongValue', 'exception']),
  outside('$special', 'Object.defineProperty(Object.prototype, "$special", { get: () => "5" })'),
  outside('names of errors', 'Error.prototype.toString = () => "5"; Error.prepareStackTrace = () => "5"; Error.captureStackTrace = () => 5'),
  outside('process and console', 'globalThis.process = { exit() {}, stdout: { write() {} } }; globalThis.console = { log() {} }'),
  outside('everything deleted', 'for (const name of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[name] } catch {} }'),
  outside('everything frozen', 'for (const name of ["Object", "Array", "Function", "Promise", "Map"]) { Object.freeze(globalThis[name]); Object.freeze(globalThis[name].prototype) }'),
  outside('everything a trap', 'Object.setPrototypeOf(globalThis, new Proxy({}, { get: () => 5, has: () => true }))', ['wrongValue', 'exception', 'noResult'])
]
