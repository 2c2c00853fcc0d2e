// The candidate's side of the boundary: loads its modules and does what is asked with what they export. Whoever takes this process
// over can answer with other data, which is all that it could do anyway.
'use strict'
const { createRequire } = require('node:module')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const { createReader, createWriter, registeredSymbol, sharedOf } = require('./values.cjs')
const { openPipe } = require('./frames.cjs')

const [pipes, folder] = process.argv.slice(2)
process.argv.length = 1
const requests = openPipe(`${pipes}/requests`)
const answers = openPipe(`${pipes}/answers`)
const callbacks = openPipe(`${pipes}/callbacks`)

/** Characters with one answer; what is more goes to this process's own output, which is limited. */
const MOST_PRINTED = 64 * 1024

const mine = []
const numberOfMine = new Map()
const callbackOf = new Map()
const numberOfCallback = new WeakMap()
const settled = []

/** What the candidate writes while it answers: it goes with the answer, so that it stands with the test that asked. */
let printed = ''
let answering = 0
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream)
  stream.write = (chunk, ...rest) => {
    if (answering === 0 || typeof chunk !== 'string' || printed.length + chunk.length > MOST_PRINTED) return write(chunk, ...rest)
    printed += chunk
    for (const each of rest) if (typeof each === 'function') process.nextTick(each)
    return true
  }
}

function taken() {
  const text = printed
  printed = ''
  return text === '' ? {} : { printed: text }
}

function refer(value) {
  if (numberOfCallback.has(value)) return ['ours', numberOfCallback.get(value)]
  const kind = typeof value === 'function' ? 'function' : value instanceof Promise ? 'promise' : 'object'
  const known = numberOfMine.has(value)
  const number = known ? numberOfMine.get(value) : mine.push(value) - 1
  numberOfMine.set(value, number)
  if (kind !== 'promise') return ['theirs', number, kind]
  if (!known) watch(number, value)
  return ['promise', number]
}

function watch(number, promise) {
  const report = (key) => (value) => settled.push({ promise: number, [key]: value })
  promise.then(report('value'), report('thrown'))
}

function resolve([tag, number]) {
  if (tag === 'theirs') return mine[number]
  if (tag === 'ours') return callback(number)
  if (tag === 'promise') return new Promise((resolved, rejected) => callback(number)(resolved, rejected))
  if (tag === 'shared') return sharedOf(number)
  if (tag === 'symbolFor') return registeredSymbol(number)
  throw new TypeError('a tag of no meaning')
}

/** A function of the tests: called across the boundary, one at a time. */
function callback(number) {
  const before = callbackOf.get(number)
  if (before !== undefined) return before
  const call = (...args) => {
    const writer = createWriter(refer)
    const written = args.map(writer.write)
    const objects = writer.objects()
    answers.send({ callback: number, args: written, nodes: writer.nodes, ...taken() })
    for (;;) {
      const message = callbacks.receive()
      if (message.reply === undefined) {
        answers.send(answerOf(message))
        continue
      }
      const { read } = createReader(message.reply.nodes, resolve, { known: objects })
      if ('thrown' in message.reply) throw read(message.reply.thrown)
      return read(message.reply.value)
    }
  }
  callbackOf.set(number, call)
  numberOfCallback.set(call, number)
  return call
}

const OPERATIONS = {
  call: (target, [self, ...args]) => Reflect.apply(target, self, args),
  construct: (target, args) => Reflect.construct(target, args),
  get: (target, [key]) => target[key],
  set: (target, [key, value]) => Reflect.set(target, key, value),
  has: (target, [key]) => key in target,
  owns: (target, [key]) => Object.hasOwn(target, key) && Object.prototype.propertyIsEnumerable.call(target, key),
  delete: (target, [key]) => Reflect.deleteProperty(target, key),
  keys: (target) => Object.keys(target),
  prototype: (target) => Object.getPrototypeOf(target)
}

function answerOf(request) {
  answering += 1
  try {
    return { ...answerFor(request), ...taken() }
  } finally {
    answering -= 1
  }
}

function answerFor(request) {
  if (request.do === 'poll') return { settled: settled.splice(0).map(writeSettled) }
  const reader = createReader(request.nodes, resolve)
  const args = request.args.map(reader.read)
  const known = reader.objects()
  const writer = createWriter(refer, known)
  const outcome = outcomeOf(() => OPERATIONS[request.do](mine[request.on], args), writer.write)
  const states = known.map((object, number) => {
    const state = writer.state(object)
    return JSON.stringify(state) === JSON.stringify(request.nodes[number]) ? null : state
  })
  return { ...outcome, nodes: [...states, ...writer.nodes.slice(known.length)] }
}

function writeSettled({ promise, ...outcome }) {
  const writer = createWriter(refer)
  const written = 'thrown' in outcome ? { thrown: writer.write(outcome.thrown) } : outcomeOf(() => outcome.value, writer.write)
  return { promise, ...written, nodes: writer.nodes }
}

function outcomeOf(work, write) {
  try {
    return { value: write(work()) }
  } catch (error) {
    return { thrown: write(plainError(error)) }
  }
}

/** Where objects stay behind, an error of a class of its own crosses as what it says. */
function plainError(error) {
  if (process.env.LAB_BOUNDARY === 'objects' || !(error instanceof Error)) return error
  const base = [TypeError, RangeError, SyntaxError, ReferenceError].find((type) => error instanceof type) ?? Error
  return error.constructor === base ? error : Object.assign(new base(String(error.message)), { name: String(error.name), ...error })
}

async function load({ path, kind }) {
  const file = join(folder, path)
  const writer = createWriter(refer)
  answering += 1
  try {
    const found = kind === 'cjs' ? { 'module.exports': createRequire(file)(file) } : await import(pathToFileURL(file).href)
    const exported = Object.keys(found).map((name) => [name, writer.write(found[name])])
    answers.send({ exports: exported, nodes: writer.nodes, ...taken() })
  } catch (error) {
    answers.send({ thrown: writer.write(error), nodes: writer.nodes, ...taken() })
  } finally {
    answering -= 1
  }
}

function serve() {
  requests.receiveLater((request) => {
    if (request.do === 'load') return void load(request).then(serve)
    answers.send(answerOf(request))
    serve()
  })
}

// What nobody waits for is the candidate's own affair, and no reason to end before the tests do.
process.on('unhandledRejection', () => undefined)
serve()
