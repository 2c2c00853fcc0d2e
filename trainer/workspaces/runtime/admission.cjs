// What may come in from the candidate's process besides data. A value of the tests' own process is asked by runners and assertion
// libraries how it matches, when it is settled or whether it was called; whoever gives functions under such names is asked for the verdict
// itself. So no function comes in under them at any level, where data is asked for none comes in as a method, and no symbol that others
// know a mark by does. What a library of tests may ask under a name of its own, which is not among these, is not covered.
'use strict'
const { LEFT_OUT, registeredSymbol, sharedOf, Untransferable } = require('./values.cjs')

/** What may come back besides data: nothing, functions, or objects of all kinds. */
const LEVEL = process.env.LAB_BOUNDARY ?? 'data'

const HOOKS = new Set(['then', 'asymmetricMatch', 'toAsymmetricMatcher', '$$typeof', 'isEqualNode', '__flags', '_isMockFunction', 'isSinonProxy'])
/** By these a function is taken for one that tells how it was called. */
const SPY_MARKS = new Set(['getMockName', 'getMockImplementation', 'getCall', 'calledWith', 'calledWithExactly', '__spy'])
/** Names of methods that data has by itself. */
const DATA = [Object, Array, String, Number, Boolean, Map, Set, Date, RegExp, Promise, Error, Symbol, BigInt, Uint8Array, Object.getPrototypeOf(Uint8Array)]
const METHODS = new Set(DATA.flatMap((type) => Object.getOwnPropertyNames(type.prototype)))

/** Whether runners or assertion libraries take what stands under this name for an answer of their own: also marks such as `@@__IMMUTABLE_SET__@@`. */
const isHook = (key) => HOOKS.has(key) || (typeof key === 'string' && key.startsWith('@@'))
const isHookOf = (kind, key) => isHook(key) || (kind === 'function' && SPY_MARKS.has(key))

const notGiven = (what) => new Untransferable(`The candidate gave ${what} where the original gives data.`)

/** What becomes a property of an object of the candidate's that is copied; throws where it would be asked for the verdict. */
function admit(kind, key, value) {
  // An error's own properties are data, whatever else comes in: they tell what went wrong and are called by nobody.
  if (kind === 'error' && (typeof value === 'function' || isHook(key))) return LEFT_OUT
  if (typeof value === 'function' && (isHook(key) || (LEVEL === 'data' && METHODS.has(key)))) throw notGiven(`a function named ${key}`)
  return value
}

/** An export: a function or a class at every level, but for those that would be asked for a verdict of the module as a whole. */
function requireExport(key, value) {
  if (typeof value === 'function' && isHook(key)) throw notGiven(`a function named ${key}`)
  return value
}

/** What is the same in both processes: a built-in class or prototype where `shared` says so, and React's marks, which nobody asks. */
function common([tag, name], shared) {
  if (tag === 'symbolFor' && /^react\./.test(name)) return registeredSymbol(name)
  if (tag === 'shared' && shared && sharedOf(name) !== undefined) return sharedOf(name)
  throw notGiven(tag === 'shared' ? 'a class of the language' : 'a registered symbol')
}

module.exports = { admit, common, isHookOf, LEVEL, notGiven, requireExport }
