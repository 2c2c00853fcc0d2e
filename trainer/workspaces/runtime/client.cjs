// The tests' side of the boundary. A module that the candidate may change is not in this process: a stub stands in its place, whose
// exports are calls to the candidate's process. What comes back is data, and is looked at as such: no object of the candidate decides
// a comparison unless the original code hands out objects as well, and none is asked for the verdict even then (admission.cjs). What tests
// hand over comes back changed where the original changes it (needs.cjs).
'use strict'
const fs = require('node:fs')
const { admit, common, LEVEL, notGiven } = require('./admission.cjs')
const { withoutSame } = require('./changes.cjs')
const { exportsOf } = require('./exports.cjs')
const { openPipe } = require('./frames.cjs')
const { createNeeds } = require('./needs.cjs')
const { createPromises } = require('./promises.cjs')
const { createRemotes } = require('./remotes.cjs')
const { createReader, createWriter, registeredSymbol, sharedOf, Untransferable } = require('./values.cjs')

const pipes = process.env.LAB_PIPES
const { kill } = process

let requests, answers, callbacks
/** How many callbacks of the candidate are being answered: then it listens on the pipe of callbacks. */
let depth = 0
/** Exports by which what is being asked came. */
let asking = new Set()
const ours = []
const numberOfOurs = new Map()
const promiseOfOurs = new Map()

/** Into the file of reports, which lies where no candidate is. */
const tell = (record) => fs.appendFileSync(process.env.LAB_REPORT, `\n${JSON.stringify(record)}\n`)
const needs = createNeeds(tell)
const remotes = createRemotes(operate)
const promises = createPromises(poll, () => ours.length > 0)

/** Characters of the candidate's output that are told, of all that it answers. */
let printedLeft = 256 * 1024

/** Not on this process's own output, by which some runners hear of results. */
function tellPrinted(text) {
  if (printedLeft <= 0) return
  tell({ printed: text.slice(0, printedLeft) })
  printedLeft -= text.length
}

function connect() {
  if (requests !== undefined) return
  if (!pipes) throw new Error('There is no candidate: the stubs of its modules work in attempts only.')
  requests = openPipe(`${pipes}/requests`)
  answers = openPipe(`${pipes}/answers`)
  callbacks = openPipe(`${pipes}/callbacks`)
  tell({ connected: true })
}

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
      if (typeof message.printed === 'string') tellPrinted(message.printed)
      if (message.callback === undefined) return message
      answerCallback(message)
    }
  })
}

/** Asks on behalf of these exports, also in what the candidate calls back meanwhile. */
function askFor(roots, request) {
  const before = asking
  asking = roots
  try {
    return ask(request)
  } finally {
    asking = before
  }
}

/** Calls a function that a test handed over. It gets data and gives data, no more. */
function answerCallback(message) {
  const call = ours[message.callback]
  if (call === undefined) throw new Untransferable('a callback that was never handed over')
  const reader = createReader(message.nodes, resolver({ roots: asking }), { admit })
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
  promises.pollIfAny()
}

/** What is not data on its way to the candidate: its own things by their number, functions of tests as callbacks. */
function refer(value) {
  const theirs = remotes.tagOf(value)
  if (theirs !== undefined) return theirs
  if (value instanceof Promise) return referPromise(value)
  if (typeof value !== 'function') throw new Untransferable(`an object of the tests' own class ${value?.constructor?.name ?? ''}`)
  return ['ours', numberOurs(value)]
}

/** A promise crosses as a function that takes what to call with its value and with its reason. */
function referPromise(promise) {
  const number = numberOurs((resolved, rejected) => void promise.then(resolved, rejected))
  promiseOfOurs.set(number, promise)
  return ['promise', number]
}

function numberOurs(value) {
  const number = numberOfOurs.get(value) ?? ours.push(value) - 1
  numberOfOurs.set(value, number)
  promises.pollSoon()
  return number
}

/**
 * Finds what is not data on its way from the candidate, as the level lets it in; what a module exports may be a function at every level.
 * `shared` = classes of the language may come, `thrown` = an error's class is nothing that the original has to need.
 */
function resolver({ roots, loading = false, shared = false, thrown = false }) {
  return (tag) => {
    const [name, number, kind] = tag
    if (name === 'ours') return ours[number]
    if (name === 'promise') return promises.promiseOf(number, roots)
    if (name !== 'theirs') return common(tag, shared)
    const what = kind === 'function' ? 'function' : 'object'
    const fits = LEVEL === 'objects' || (what === 'function' && (loading || LEVEL === 'functions'))
    const isKnown = thrown || (loading && LEVEL === 'data')
    if (!fits || !(isKnown || needs.mayGive(what, roots))) throw notGiven(what === 'function' ? 'a function' : 'an object of its own')
    return remotes.remoteOf(number, kind, roots)
  }
}

/** Finds what this process wrote itself. */
function resolveOwn([name, detail]) {
  if (name === 'theirs') return remotes.known(detail)
  if (name === 'shared') return sharedOf(detail)
  if (name === 'symbolFor') return registeredSymbol(detail)
  return promiseOfOurs.get(detail) ?? ours[detail]
}

/** One operation on something of the candidate's; throws what it throws. */
function operate(operation, values = []) {
  const roots = remotes.rootsOf(operation.on)
  const writer = guarded(() => createWriter(refer))
  const args = guarded(() => values.map(writer.write))
  const answer = askFor(roots, { ...operation, args, nodes: writer.nodes })
  const result = guarded(() => resultOf(answer, writer, { roots, shared: asksForClass(operation, values), thrown: 'thrown' in answer }))
  promises.pollIfAny()
  if ('thrown' in result) throw result.thrown
  return result.value
}

const asksForClass = ({ do: what }, [key]) => what === 'prototype' || (what === 'get' && key === 'constructor')

/** Arguments are left as the candidate left them, or, where it may not change them, as they were: then what it gives holds copies. */
function resultOf(answer, writer, asked) {
  const sent = writer.objects()
  const nodes = withoutSame(writer.nodes, answer.nodes)
  const isChanged = nodes.slice(0, sent.length).some((node) => node !== null)
  const givesNothing = 'value' in answer && answer.value?.[0] === 'undefined'
  const known = isChanged && !needs.mayChange(asked.roots, givesNothing) ? createReader(writer.nodes, resolveOwn).objects() : sent
  const { read } = createReader(nodes, resolver(asked), { known, admit })
  return 'thrown' in answer ? { thrown: read(answer.thrown) } : { value: read(answer.value) }
}

function poll() {
  const { settled } = ask({ do: 'poll' })
  for (const { promise, nodes, ...outcome } of settled) guarded(() => settle(promise, nodes, outcome))
  return settled.length > 0
}

function settle(number, nodes, outcome) {
  const waiter = promises.take(number)
  if (waiter === undefined) return
  const { read } = createReader(nodes, resolver({ roots: waiter.roots, thrown: 'thrown' in outcome }), { admit })
  if ('thrown' in outcome) waiter.rejected(read(outcome.thrown))
  else waiter.resolved(read(outcome.value))
}

/** The exports of a module of the candidate by their names. @param isData the original exports, as a whole, no functions but data. */
function load(path, kind, isData) {
  const answer = ask({ do: 'load', path, kind, args: [], nodes: [] })
  if ('thrown' in answer) {
    const thrown = guarded(() => createReader(answer.nodes, resolver({ roots: new Set([path]), thrown: true }), { admit }).read(answer.thrown))
    tell({ boundary: `${path} could not be loaded: ${thrown instanceof Error ? thrown.message : String(thrown)}`.slice(0, 500) })
    throw thrown
  }
  return guarded(() => exportsOf(answer, { path, isData, resolver, remoteOf: remotes.remoteOf, broken }))
}

exports.load = (path, kind, isData = false) => {
  const found = load(path, kind, isData)
  return { get: (name) => found.get(name) }
}
