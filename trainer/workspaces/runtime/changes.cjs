// Whether the other side changed what it was given. What stays in one process is written differently in the other, though it is the same.
'use strict'

const same = (before, after) => JSON.stringify(before) === JSON.stringify(after)

function sameValue(before, after) {
  if (!Array.isArray(before) || !Array.isArray(after) || before[0] !== after[0]) return same(before, after)
  if (before[0] === 'theirs') return before[1] === after[1]
  return before[0] === 'promise' || same(before, after)
}

const alike = (before, after, compare) => before.length === after.length && before.every((each, at) => compare(each, after[at]))
const samePairs = (before, after, sameKey = sameValue) => alike(before, after, ([key, value], [otherKey, other]) => sameKey(key, otherKey) && sameValue(value, other))

const NODES = {
  array: ([, length, entries], [, otherLength, others]) => length === otherLength && samePairs(entries, others, same),
  object: ([, bare, entries], [, otherBare, others]) => bare === otherBare && samePairs(entries, others, same),
  error: ([, name, message, entries], [, otherName, otherMessage, others]) => name === otherName && message === otherMessage && samePairs(entries, others, same),
  map: ([, pairs], [, others]) => samePairs(pairs, others),
  set: ([, values], [, others]) => alike(values, others, sameValue),
  // Where a search goes on is the expression's own affair.
  regexp: () => true
}

/** @param sent the nodes that were sent. @param back those that came back, the first of them in place of these: null = as it was. */
function withoutSame(sent, back) {
  return back.map((node, at) => (at < sent.length && node !== null && node[0] === sent[at][0] && (NODES[node[0]] ?? same)(sent[at], node) ? null : node))
}

module.exports = { withoutSame }
