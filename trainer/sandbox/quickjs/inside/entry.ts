import { HEAD } from '../program.ts'
import { MACHINE } from './machine.ts'
import { MODULES } from './modules.ts'
import { PRINTING } from './printing.ts'
import { STANDARD_INPUT } from './standardInput.ts'
import { TIMERS } from './timers.ts'
import { VALUES } from './values.ts'

/** Host's one function, given to the source below as `host`: an operation and a text. */
const OUTPUT = String.raw`
/** Ends the execution: the host has the interpreter stop at its next look, which no handler of the candidate can catch. */
function end(operation, text) {
  host(operation, text)
  for (;;);
}
let longestPrint = 0
const write = (stream, text) => { if (host(stream, stringify(text.length > longestPrint ? text.slice(0, longestPrint) : text)) !== undefined) for (;;); }
`

const ENTRY = String.raw`
const ownColumn = (place) => place.replace(/:1:(\d+)(?=\)?$)/, (all, column) => ':1:' + Math.max(1, column - ${HEAD.length}))
/** Name and message with the candidate's own places, as people read them. */
function errorText(error) {
  if (typeof error !== 'object' || error === null) return 'Uncaught ' + (typeof error === 'string' ? error : inspect(error))
  if (!(error instanceof Error)) return 'Uncaught ' + inspect(error, 1)
  const places = String(error.stack ?? '').split('\n').filter((line) => paths.some((path) => line.includes(path + ':'))).slice(0, 5).map(ownColumn)
  return [(error.name ?? 'Error') + ': ' + error.message, ...places].join('\n')
}

const threw = (error) => { host(error !== undefined && error === lastForbidden ? 'threwForbidden' : 'threw', stringify(errorText(error))) }
const answer = (value) => guarded(() => { host('value', encode(value)) })
const isThenable = (value) => (typeof value === 'object' || typeof value === 'function') && value !== null && typeof value.then === 'function'

function findFunction({ exports, found }, name) {
  const [first, ...members] = name.split('.')
  const root = exports !== null && exports !== undefined && exports[first] !== undefined ? exports[first] : found
  const owner = members.slice(0, -1).reduce((object, member) => object?.[member], root)
  const wanted = members.length === 0 ? root : owner?.[members.at(-1)]
  if (typeof wanted !== 'function') throw new ReferenceError(name + ' is not defined as a function')
  return [wanted, members.length === 0 ? undefined : owner]
}

function runCall(module, call) {
  if (call.style === 'stdin') return
  const [wanted, owner] = findFunction(module, call.function)
  const value = apply(wanted, owner, call.hasSpecial ? decode(call.args) : call.args)
  if (isThenable(value)) value.then(answer, threw)
  else answer(value)
}

function begin({ files, call, outputBytes }) {
  paths = files
  longestPrint = outputBytes + 1
  input = call.stdin ?? ''
  const module = load(0)
  // Only a main file with an await outside of functions is run as one.
  if (!(module.found instanceof Promise)) return runCall(module, call)
  module.found.then((found) => {
    module.found = found
    runCall(module, call)
  }).catch(threw)
}

const guarded = (work) => {
  try {
    return work()
  } catch (error) {
    threw(error)
  }
}
return {
  begin: (text) => guarded(() => begin(parse(text))),
  /** After all jobs are done: the next timer. */
  next: () => guarded(nextTimer),
  exitCode: () => guarded(() => Number(process.exitCode ?? 0) & 255)
}
`

/** A function of the host's function; makes a fresh interpreter the machine that candidates find themselves in. */
export const INSIDE = `(function (host) {
'use strict'
const { apply } = Reflect
${VALUES}${OUTPUT}${PRINTING}${TIMERS}${STANDARD_INPUT}${MACHINE}${MODULES}${ENTRY}
})`
