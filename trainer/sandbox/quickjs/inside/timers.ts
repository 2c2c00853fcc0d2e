/**
 * Source that runs inside the interpreter: timers on a clock of their own, which jumps to the next one when nothing else is left to
 * do. Nobody waits for a program that sleeps; one that sleeps past its limit has used it up.
 */
export const TIMERS = String.raw`
const timers = new Map()
let clock = 0
let lastTimer = 0

class Timeout {
  constructor(id) { this.id = id }
  ref() { return this }
  unref() { return this }
  hasRef() { return true }
  refresh() { return this }
  [Symbol.toPrimitive]() { return this.id }
}

function startTimer(work, delay, args, repeats) {
  if (typeof work !== 'function') throw new TypeError('The "callback" argument must be of type function.')
  const wait = Math.max(Number(delay) || 0, repeats ? 1 : 0)
  const id = ++lastTimer
  timers.set(id, { work, args, at: clock + wait, every: repeats ? wait : null })
  return new Timeout(id)
}
const stopTimer = (timer) => { timers.delete(timer instanceof Timeout ? timer.id : Number(timer)) }

/** Runs the timer that is due next; the clock in milliseconds, or -1 where none is left. */
function nextTimer() {
  let due, first
  for (const [id, timer] of timers) if (first === undefined || timer.at < first.at) [due, first] = [id, timer]
  if (first === undefined) return -1
  clock = Math.max(clock, first.at)
  if (first.every === null) timers.delete(due)
  else first.at = clock + first.every
  first.work(...first.args)
  return clock
}

Object.assign(globalThis, {
  setTimeout: (work, delay, ...args) => startTimer(work, delay, args, false),
  setInterval: (work, delay, ...args) => startTimer(work, delay, args, true),
  setImmediate: (work, ...args) => startTimer(work, 0, args, false),
  clearTimeout: stopTimer, clearInterval: stopTimer, clearImmediate: stopTimer,
  queueMicrotask: (work) => { Promise.resolve().then(work) }
})
`
