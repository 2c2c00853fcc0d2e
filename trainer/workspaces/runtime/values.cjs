// Values that cross between the tests' process and the candidate's: a tree of tagged JSON over a flat table of nodes, so that cycles,
// shared objects and changes to arguments survive. What is plain data is copied; everything else stays where it is and is named by
// a number. Hostile on both ends: nothing here runs what it reads. Whether something named may come in, a built-in class or a registered
// symbol among it, is the reader's to decide.
'use strict'
const { isNativeError } = require('node:util').types

const MOST_NODES = 200_000
const ERRORS = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]
const ERROR_NAMES = new Map(ERRORS.map((type) => [type.name, type]))
/** Constructors that may be named across the boundary: `x instanceof Error` has to hold on both sides. */
const SHARED = new Map([...ERRORS, Object, Array, Map, Set, Date, RegExp, Promise].flatMap((type) => [[type.name, type], [`${type.name}.prototype`, type.prototype]]))
SHARED.set('Function.prototype', Function.prototype)
const SHARED_NAMES = new Map([...SHARED].map(([name, value]) => [value, name]))
const SYMBOLS = new Map(['iterator', 'asyncIterator', 'toPrimitive', 'toStringTag', 'hasInstance'].map((name) => [name, Symbol[name]]))
const SYMBOL_NAMES = new Map([...SYMBOLS].map(([name, symbol]) => [symbol, name]))
const BYTES = new Map([Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array, Float64Array].map((type) => [type.name, type]))

class Untransferable extends Error {}
const LEFT_OUT = Symbol('left out')

/**
 * Writes values into one table. `known` are objects that the other side has already, by their number in the table; `objects` are all
 * that the table stands for, in its order. `refer(value)` names what is not data: a tag for the wire, or throws.
 */
function createWriter(refer, known = []) {
  const nodes = known.map(() => null)
  const numbers = new Map(known.map((object, number) => [object, number]))
  const write = (value) => {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
    if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : ['number', Object.is(value, -0) ? '-0' : String(value)]
    if (value === undefined) return ['undefined']
    if (typeof value === 'bigint') return ['bigint', String(value)]
    if (typeof value === 'symbol') return writeSymbol(value)
    return writeObject(value)
  }
  const writeObject = (value) => {
    const before = numbers.get(value)
    if (before !== undefined) return ['node', before]
    if (SHARED_NAMES.has(value)) return ['shared', SHARED_NAMES.get(value)]
    const kind = dataKind(value)
    if (kind === undefined) return refer(value)
    if (nodes.length >= MOST_NODES) throw new Untransferable(`a value of more than ${MOST_NODES} parts`)
    const number = nodes.push(null) - 1
    numbers.set(value, number)
    nodes[number] = writeNode(kind, value, write)
    return ['node', number]
  }
  return { nodes, write, objects: () => [...numbers.keys()], state: (object) => writeNode(dataKind(object) ?? 'lost', object, write) }
}

function writeSymbol(symbol) {
  if (SYMBOL_NAMES.has(symbol)) return ['symbol', SYMBOL_NAMES.get(symbol)]
  const key = Symbol.keyFor(symbol)
  if (key !== undefined) return ['symbolFor', key]
  throw new Untransferable('a symbol of its own')
}

/** What kind of data an object is; undefined where it is more than data: a class of its own, a getter, a function. */
function dataKind(value) {
  if (typeof value === 'function') return undefined
  const prototype = Object.getPrototypeOf(value)
  if (Array.isArray(value)) return prototype === Array.prototype && hasOnlyData(value) ? 'array' : undefined
  if (prototype === null || prototype === Object.prototype) return hasOnlyData(value) ? 'object' : undefined
  if (prototype === Map.prototype) return 'map'
  if (prototype === Set.prototype) return 'set'
  if (prototype === Date.prototype) return 'date'
  if (prototype === RegExp.prototype) return 'regexp'
  if (isNativeError(value) && ERRORS.some((type) => prototype === type.prototype)) return 'error'
  return (Buffer.isBuffer(value) && 'bytes') || (ArrayBuffer.isView(value) && BYTES.get(prototype.constructor.name)?.prototype === prototype ? 'bytes' : undefined)
}

function hasOnlyData(value) {
  return Reflect.ownKeys(value).every((key) => {
    const property = Reflect.getOwnPropertyDescriptor(value, key)
    return property !== undefined && 'value' in property && (typeof key === 'string' || !property.enumerable)
  })
}

function writeNode(kind, value, write) {
  const entries = () => Object.keys(value).map((key) => [key, write(value[key])])
  switch (kind) {
    case 'array': return ['array', value.length, entries()]
    case 'object': return ['object', Object.getPrototypeOf(value) === null, entries()]
    case 'map': return ['map', [...value].map(([key, held]) => [write(key), write(held)])]
    case 'set': return ['set', [...value].map(write)]
    case 'date': return ['date', write(value.getTime())]
    case 'regexp': return ['regexp', value.source, value.flags, value.lastIndex]
    case 'error': return ['error', Object.getPrototypeOf(value).constructor.name, String(value.message), entries()]
    case 'bytes': return ['bytes', Buffer.isBuffer(value) ? 'Buffer' : value.constructor.name, Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')]
    default: throw new Untransferable('an object that became more than data')
  }
}

/**
 * Reads values. `known` are one's own objects that the first nodes of the table stand for: their state is replaced by what came.
 * `resolve(tag)` finds what is named, or throws. `admit(kind, key, value)` answers what becomes a property of an object of that kind,
 * LEFT_OUT for none, or throws. `adopt` has one's own object stand for a node.
 */
function createReader(nodes, resolve, { known = [], admit = (_kind, _key, value) => value } = {}) {
  if (!Array.isArray(nodes) || nodes.length > MOST_NODES) throw new Untransferable('a table that is none')
  const made = [...known]
  const read = (value) => {
    if (value === null || typeof value !== 'object') return value
    const [tag, detail] = value
    switch (tag) {
      case 'undefined': return undefined
      case 'number': return detail === '-0' ? -0 : detail === 'Infinity' ? Infinity : detail === '-Infinity' ? -Infinity : NaN
      case 'bigint': return BigInt(/^-?\d{1,100000}$/.test(detail) ? detail : '0')
      case 'symbol': return SYMBOLS.get(detail)
      case 'node': return node(detail)
      default: return resolve(value)
    }
  }
  const node = (number) => {
    if (!Number.isInteger(number) || number < 0 || number >= nodes.length) throw new Untransferable('a node that is none')
    if (made[number] === undefined) {
      made[number] = emptyOf(nodes[number])
      fill(made[number], nodes[number], { read, admit })
    }
    return made[number]
  }
  known.forEach((object, number) => {
    if (nodes[number] !== null && nodes[number] !== undefined) refill(object, nodes[number], { read, admit })
  })
  return { read, objects: () => nodes.map((_, number) => node(number)), adopt: (number, object) => (made[number] = object) }
}

function emptyOf([kind, detail, more]) {
  switch (kind) {
    case 'array': return []
    case 'object': return detail === true ? Object.create(null) : {}
    case 'map': return new Map()
    case 'set': return new Set()
    case 'date': return new Date(typeof detail === 'number' ? detail : NaN)
    case 'regexp': return new RegExp(String(detail), String(more))
    case 'error': return new (ERROR_NAMES.get(detail) ?? Error)(String(more))
    case 'bytes': return bytesOf(detail, more)
    default: throw new Untransferable('a node of no kind')
  }
}

function bytesOf(name, text) {
  const bytes = Buffer.from(String(text), 'base64')
  const type = BYTES.get(name)
  return type === undefined ? bytes : new type(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / type.BYTES_PER_ELEMENT))
}

function fill(object, [kind, first, second, third], reading) {
  const { read } = reading
  if (kind === 'array') {
    object.length = Number.isInteger(first) && first >= 0 && first <= MOST_NODES ? first : 0
    setAll(object, kind, second, reading)
  }
  if (kind === 'object') setAll(object, kind, second, reading)
  if (kind === 'error') setAll(object, kind, third, reading)
  if (kind === 'map') for (const [key, value] of first) object.set(read(key), read(value))
  if (kind === 'set') for (const value of first) object.add(read(value))
}

function setAll(object, kind, entries, { read, admit }) {
  for (const [name, written] of entries) {
    // What is no text would be another name to whoever looks at it than to the object.
    const key = String(name)
    if (kind === 'array' && !/^\d+$/.test(key)) continue
    const value = admit(kind, key, read(written))
    if (value !== LEFT_OUT) define(object, key, value)
  }
}

/** As a definition, so that a key such as `__proto__` is a key. */
const define = (object, key, value) => Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })

/** Gives one's own object the state that the other side left it in, as long as it is still of the kind it was. */
function refill(object, node, reading) {
  const [kind] = node
  if (dataKind(object) !== kind) throw new Untransferable('an argument that became something else')
  if (kind === 'map' || kind === 'set') object.clear()
  if (kind === 'object' || kind === 'array') for (const key of Object.keys(object)) delete object[key]
  if (kind === 'date') object.setTime(typeof node[1] === 'number' ? node[1] : NaN)
  if (kind === 'bytes') object.set(bytesOf(node[1], node[2]).subarray(0, object.length))
  fill(object, node, reading)
}

/** What `['shared', name]` and `['symbolFor', key]` stand for. */
const sharedOf = (name) => SHARED.get(name)
const registeredSymbol = (key) => Symbol.for(String(key))

module.exports = { createReader, createWriter, define, emptyOf, LEFT_OUT, registeredSymbol, sharedOf, Untransferable }
