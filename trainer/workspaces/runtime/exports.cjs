// What a module of the candidate exports, each export with the name by which what comes of it is known. A function or a class may be
// exported at every level; what an export holds is as the level says. What may not come in matters once a test looks at it.
'use strict'
const { admit, common, requireExport } = require('./admission.cjs')
const { createReader, define, emptyOf, Untransferable } = require('./values.cjs')

/** Exports that hold others. */
const WHOLE = new Set(['module.exports', 'default'])

/** The exports by their names. `of.isData` = the original exports as a whole no functions but data. */
function exportsOf({ exports, nodes }, of) {
  const reader = readerOf(nodes, of)
  return new Map(exports.map(([name, written]) => {
    const node = Array.isArray(written) && written[0] === 'node' ? nodes[written[1]] : undefined
    const holdsOthers = WHOLE.has(name) && !of.isData && node?.[0] === 'object'
    return [name, holdsOthers ? wholeOf(nodes, written[1], name === 'default' ? 'default.' : '', of) : reader(name, written, name)]
  }))
}

/** By a reader of its own: another export of the same object is no place for what only a module holds. */
function wholeOf(nodes, number, prefix, of) {
  const whole = emptyOf(nodes[number])
  const reader = readerOf(nodes, of, [number, whole])
  for (const [key, written] of nodes[number][2]) define(whole, String(key), reader(String(key), written, `${prefix}${key}`))
  return whole
}

/** Reads one export after another; `adopted` = the number and the object of a node that is there already. */
function readerOf(nodes, { path, resolver, remoteOf, broken }, adopted) {
  let roots
  const usable = (work) => orPoison(work, broken)
  const reader = createReader(nodes, (tag) => usable(() => resolver({ roots, loading: true })(tag)), { admit: (...given) => usable(() => admit(...given)) })
  if (adopted !== undefined) reader.adopt(...adopted)
  return (key, written, name) => {
    roots = new Set([`${path} ${name}`])
    return usable(() => requireExport(key, exported(written, reader, (number) => remoteOf(number, 'function', roots))))
  }
}

function exported(written, { read }, functionOf) {
  const [tag, detail, kind] = Array.isArray(written) ? written : []
  if (tag === 'theirs' && kind === 'function') return functionOf(detail)
  return tag === 'shared' && !String(detail).endsWith('.prototype') ? common(written, true) : read(written)
}

/** What takes the place of a value that may not come in: whoever asks it anything ends the tests. */
function orPoison(work, broken) {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Untransferable)) throw error
    const refuse = () => broken(error.message)
    return new Proxy({}, Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, refuse])))
  }
}

module.exports = { exportsOf }
