// The tests' side of the boundary. A module that the candidate may change is not in this process: a stub stands in its place, whose
// exports are calls to the candidate's process. What comes back is data, and is looked at as such: no object of the candidate decides
// a comparison unless the original code hands out objects as well.
'use strict'
const fs = require('node:fs')
const { createReader, createWriter, Untransferable } = require('./values.cjs')
const { openPipe } = require('./frames.cjs')

const pipes = process.env.LAB_PIPES
/** What may come back besides data: nothing, functions, or objects of all kinds. */
const LEVEL = process.env.LAB_BOUNDARY ?? 'data'
const { setTimeout: later } = globalThis
const { kill } = process
const MOST_REFERENCES = 100_000

let requests, answers, callbacks
/** How many callbacks of the candidate are being answered: then it listens on the pipe of callbacks. */
let depth = 0
let timer
const remotes = new Map()
const numberOf = new WeakMap()
const ours = []
const numberOfOurs = new Map()
const promises = new Map()

function connect() {
  if (requests !== undefined) return
  if (!pipes) throw new Error('There is no candidate: the stubs of its modules work in attempts only.')
  requests = openPipe(`${pipes}/requests`)
  answers = openPipe(`${pipes}/answers`)
  callbacks = openPipe(`${pipes}/callbacks`)
  tell({ connected: true })
}

/** Into the file of reports, which lies where no candidate is. */
const tell = (record) => fs.appendFileSync(process.env.LAB_REPORT, `\n${JSON.stringify(record)}\n`)

/** Ends this process: a test that waits for an exception must not take a fault of the boundary for it. */
function broken(reason) {
  tell({ boundary: String(reason).slice(0, 500) })
  for (;;) kill.call(process, process.pid, 'SIGKILL')
}

function guarded(work) {
  try {
    return work()
  } catch (error) {
    return broken(error instanceof Error ? error.message : 'The boundary failed.')
  }
}

function ask(request) {
  return guarded(() => {
    connect()
    ;(depth > 0 ? callbacks : requests).send(request)
    for (;;) {
      const message = answers.receive()
      if (message.ended !== undefined) broken(message.ended)
      if (message.callback === undefined) return message
      answerCallback(message)
    }
  })
}

/** Calls a function that a test handed over. It gets data and gives data, no more. */
function answerCallback(message) {
  const call = ours[message.callback]
  if (call === undefined) throw new Untransferable('a callback that was never handed over')
  const reader = createReader(message.nodes, resolve)
  const args = message.args.map(reader.read)
  const known = reader.objects()
  const writer = createWriter(refer, known)
  depth += 1
  try {
    let outcome
    try {
      outcome = { value: writer.write(call(...args)) }
    } catch (error) {
      if (error instanceof Untransferable) throw error
      outcome = { thrown: writer.write(error instanceof Error ? error : new Error(String(error))) }
    }
    const states = known.map((object) => writer.state(object))
    callbacks.send({ reply: { ...outcome, nodes: [...states, ...writer.nodes.slice(known.length)] } })
  } finally {
    depth -= 1
  }
  if (promises.size > 0) pollSoon()
}

/** What is not data on its way to the candidate: its own things by their number, functions of tests as callbacks. */
function refer(value) {
  if (numberOf.has(value)) return ['theirs', numberOf.get(value)]
  if (value instanceof Promise) return referPromise(value)
  if (typeof value !== 'function') throw new Untransferable(`an object of the tests' own class ${value?.constructor?.name ?? ''}`)
  return ['ours', numberOurs(value)]
}

/** A promise crosses as a function that takes what to call with its value and with its reason. */
const referPromise = (promise) => ['promise', numberOurs((resolved, rejected) => void promise.then(resolved, rejected))]

function numberOurs(value) {
  const number = numberOfOurs.get(value) ?? ours.push(value) - 1
  numberOfOurs.set(value, number)
  pollSoon()
  return number
}

/** What is not data on its way from the candidate. */
function resolve([tag, number, kind]) {
  if (tag === 'ours') return ours[number]
  if (tag === 'promise') return promiseOf(number)
  if (tag !== 'theirs' || !Number.isSafeInteger(number)) throw new Untransferable('a tag of no meaning')
  if (LEVEL === 'data' || (LEVEL === 'functions' && kind !== 'function')) {
    throw new Untransferable(`The candidate gave ${kind === 'function' ? 'a function' : 'an object of its own'} where the original gives data.`)
  }
  return remoteOf(number, kind)
}

function remoteOf(number, kind) {
  const before = remotes.get(number)
  if (before !== undefined) return before
  if (remotes.size >= MOST_REFERENCES) throw new Untransferable(`more than ${MOST_REFERENCES} objects`)
  const remote = new Proxy(kind === 'function' ? function () {} : {}, handlerOf(number))
  remotes.set(number, remote)
  numberOf.set(remote, number)
  return remote
}

/** One operation on something of the candidate's; throws what it throws. Arguments are left as the candidate left them. */
function operate(operation, values = []) {
  const writer = guarded(() => createWriter(refer))
  const args = guarded(() => values.map(writer.write))
  const objects = writer.objects()
  const answer = ask({ ...operation, args, nodes: writer.nodes })
  const result = guarded(() => {
    const { read } = createReader(answer.nodes, resolve, objects)
    return 'thrown' in answer ? { thrown: read(answer.thrown) } : { value: read(answer.value) }
  })
  if (promises.size > 0) pollSoon()
  if ('thrown' in result) throw result.thrown
  return result.value
}

function handlerOf(number) {
  const on = { on: number }
  const own = (target, key) => Reflect.getOwnPropertyDescriptor(target, key)?.configurable === false
  return {
    apply: (_target, self, args) => operate({ do: 'call', ...on }, [numberOf.has(Object(self)) ? self : undefined, ...args]),
    construct: (_target, args) => operate({ do: 'construct', ...on }, args),
    get(_target, key) {
      if (key === Symbol.hasInstance) return Function.prototype[Symbol.hasInstance]
      return isNamed(key) ? operate({ do: 'get', ...on }, [key]) : undefined
    },
    set: (_target, key, value) => operate({ do: 'set', ...on }, [key, value]) !== false,
    has: (_target, key) => isNamed(key) && operate({ do: 'has', ...on }, [key]) === true,
    deleteProperty: (_target, key) => operate({ do: 'delete', ...on }, [key]) === true,
    ownKeys: (target) => [...new Set([...operate({ do: 'keys', ...on }).map(String), ...Reflect.ownKeys(target).filter((key) => own(target, key))])],
    getOwnPropertyDescriptor(target, key) {
      if (own(target, key)) return Reflect.getOwnPropertyDescriptor(target, key)
      if (!isNamed(key) || operate({ do: 'owns', ...on }, [key]) !== true) return undefined
      return { value: operate({ do: 'get', ...on }, [key]), writable: true, enumerable: true, configurable: true }
    },
    getPrototypeOf: () => operate({ do: 'prototype', ...on }),
    defineProperty: () => false,
    setPrototypeOf: () => false,
    preventExtensions: () => false
  }
}

const ASKED_SYMBOLS = new Set([Symbol.iterator, Symbol.asyncIterator, Symbol.toPrimitive])
const isNamed = (key) => typeof key === 'string' || ASKED_SYMBOLS.has(key)

function promiseOf(number) {
  const before = promises.get(number)
  if (before !== undefined) return before.promise
  let settle
  const promise = new Promise((resolved, rejected) => (settle = { resolved, rejected }))
  promises.set(number, { promise, ...settle })
  return promise
}

/** Timers and promises of the candidate's process go on by themselves; what came of them is asked for. */
function pollSoon(milliseconds = 1) {
  if (timer === undefined) {
    timer = later(() => {
      timer = undefined
      const settled = poll()
      if (promises.size > 0 || ours.length > 0) pollSoon(settled ? 1 : Math.min(milliseconds * 2, 16))
    }, milliseconds)
  }
  // Nothing but a promise that is waited for keeps this process.
  if (promises.size > 0) timer.ref?.()
  else timer.unref?.()
}

function poll() {
  const answer = ask({ do: 'poll' })
  for (const { promise, nodes, ...outcome } of answer.settled) guarded(() => settle(promise, nodes, outcome))
  return answer.settled.length > 0
}

function settle(number, nodes, outcome) {
  const waiter = promises.get(number)
  if (waiter === undefined) return
  promises.delete(number)
  const { read } = createReader(nodes, resolve)
  if ('thrown' in outcome) waiter.rejected(read(outcome.thrown))
  else waiter.resolved(read(outcome.value))
}

/** The exports of a module of the candidate by their names. What a module exports may be a function or a class at every level. */
function load(path, kind) {
  const answer = ask({ do: 'load', path, kind, args: [], nodes: [] })
  const reader = guarded(() => createReader(answer.nodes, (tag) => (tag[0] === 'theirs' && tag[2] === 'function' ? remoteOf(tag[1], 'function') : resolve(tag))))
  if ('thrown' in answer) {
    const thrown = guarded(() => reader.read(answer.thrown))
    tell({ boundary: `${path} could not be loaded: ${thrown instanceof Error ? thrown.message : String(thrown)}`.slice(0, 500) })
    throw thrown
  }
  return guarded(() => new Map(answer.exports.map(([name, value]) => [name, reader.read(value)])))
}

exports.load = (path, kind) => {
  const found = load(path, kind)
  return { get: (name) => found.get(name) }
}
