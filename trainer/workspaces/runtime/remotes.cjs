// Stand-ins in the tests' process for functions and objects of the candidate's: each question about them is asked over there, but for those
// by which a runner would have them judge themselves. Each knows the exports that it came of.
'use strict'
const { isHookOf, LEVEL } = require('./admission.cjs')
const { Untransferable } = require('./values.cjs')

const MOST_REFERENCES = 100_000
/** A function is asked for no symbols. */
const ASKED_SYMBOLS = new Set(LEVEL === 'objects' ? [Symbol.iterator, Symbol.asyncIterator, Symbol.toPrimitive] : [])
const NONE = new Set()

/** @param operate one operation on something of the candidate's; throws what it throws. */
function createRemotes(operate) {
  const remotes = new Map()
  const written = new WeakMap()
  const rootsOf = new Map()

  function addRoots(number, roots) {
    const before = rootsOf.get(number)
    if (before === undefined) rootsOf.set(number, roots)
    else if ([...roots].some((root) => !before.has(root))) rootsOf.set(number, new Set([...before, ...roots]))
  }

  function remoteOf(number, kind, roots) {
    if (!Number.isSafeInteger(number)) throw new Untransferable('a number that is none')
    addRoots(number, roots)
    const before = remotes.get(number)
    if (before !== undefined) return before
    if (remotes.size >= MOST_REFERENCES) throw new Untransferable(`more than ${MOST_REFERENCES} objects`)
    const remote = new Proxy(kind === 'function' ? function () {} : {}, handlerOf({ number, kind }, operate, (value) => written.has(value)))
    remotes.set(number, remote)
    written.set(remote, ['theirs', number, kind])
    return remote
  }

  return {
    remoteOf,
    /** How one is written; undefined = it is none of them. */
    tagOf: (value) => written.get(value),
    known: (number) => remotes.get(number),
    /** Exports that it came of, each as `file name`. */
    rootsOf: (number) => rootsOf.get(number) ?? NONE
  }
}

function handlerOf({ number, kind }, operate, isRemote) {
  const on = { on: number }
  const isNamed = (key) => (typeof key === 'string' ? !isHookOf(kind, key) : ASKED_SYMBOLS.has(key))
  const own = (target, key) => Reflect.getOwnPropertyDescriptor(target, key)?.configurable === false
  return {
    apply: (_target, self, args) => operate({ do: 'call', ...on }, [isRemote(Object(self)) ? self : undefined, ...args]),
    construct: (_target, args) => operate({ do: 'construct', ...on }, args),
    get(_target, key) {
      if (key === Symbol.hasInstance) return Function.prototype[Symbol.hasInstance]
      return isNamed(key) ? operate({ do: 'get', ...on }, [key]) : undefined
    },
    set: (_target, key, value) => operate({ do: 'set', ...on }, [key, value]) !== false,
    has: (_target, key) => isNamed(key) && operate({ do: 'has', ...on }, [key]) === true,
    deleteProperty: (_target, key) => operate({ do: 'delete', ...on }, [key]) === true,
    ownKeys: (target) => [...new Set([...operate({ do: 'keys', ...on }).map(String).filter(isNamed), ...Reflect.ownKeys(target).filter((key) => own(target, key))])],
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

module.exports = { createRemotes }
