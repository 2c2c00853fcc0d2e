// What an attempt does besides giving data, told as it comes: that an export gives functions or objects, or changes what it was given.
// Where an attempt is run a second time it may do no more than the original was found to need. Where nobody has solved the problem, so
// that this is not known, what comes in is as the level says, and changes come back where nothing else does.
'use strict'

/** `{ needs, solved }`; undefined = all is granted. */
const grant = process.env.LAB_NEEDS === undefined ? undefined : JSON.parse(process.env.LAB_NEEDS)
const granted = new Set(grant?.needs)
const MOST_TOLD = 1000

/** @param tell writes a line of the report. */
function createNeeds(tell) {
  const told = new Set()
  const need = (what, place, unsolved) => {
    const name = `${what} ${place}`
    if (grant !== undefined) return granted.has(name) || (!grant.solved && unsolved)
    if (!told.has(name) && told.size <= MOST_TOLD) {
      told.add(name)
      // That there is more is told as well: nobody is granted what is not named.
      tell({ need: told.size > MOST_TOLD ? 'more' : name })
    }
    return true
  }
  const all = (roots, asked) => [...(roots.size === 0 ? ['?'] : roots)].map(asked).every(Boolean)
  return {
    /** Whether what came of these exports may be a function or an object. */
    mayGive: (kind, roots) => all(roots, (root) => need(kind, root, true)),
    /** Whether what these exports were given stays as they left it. */
    mayChange: (roots, givesNothing) => all(roots, (root) => need('change', root, givesNothing))
  }
}

module.exports = { createNeeds }
