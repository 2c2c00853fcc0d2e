// Promises of the candidate's in the tests' process. Its timers and promises go on by themselves; what came of them is asked for.
'use strict'
const { setTimeout: later } = globalThis

/** @param poll asks and settles; says whether anything was. @param isAwaited whether the candidate may call back without being asked. */
function createPromises(poll, isAwaited) {
  const promises = new Map()
  let timer

  function pollSoon(milliseconds = 1) {
    if (timer === undefined) {
      timer = later(() => {
        timer = undefined
        const settled = poll()
        if (promises.size > 0 || isAwaited()) pollSoon(settled ? 1 : Math.min(milliseconds * 2, 16))
      }, milliseconds)
    }
    // Nothing but a promise that is waited for keeps this process.
    if (promises.size > 0) timer.ref?.()
    else timer.unref?.()
  }

  return {
    pollSoon,
    pollIfAny() {
      if (promises.size > 0) pollSoon()
    },
    /** @param roots the exports that it came of; one that comes of several speaks for all of them. */
    promiseOf(number, roots) {
      const before = promises.get(number)
      if (before !== undefined) {
        before.roots = new Set([...before.roots, ...roots])
        return before.promise
      }
      let settle
      const promise = new Promise((resolved, rejected) => (settle = { resolved, rejected }))
      promises.set(number, { promise, roots, ...settle })
      return promise
    },
    /** Takes one that is settled now; undefined = nobody waits for it. */
    take(number) {
      const waiter = promises.get(number)
      promises.delete(number)
      return waiter
    }
  }
}

module.exports = { createPromises }
