/**
 * Source that runs inside the interpreter: values to text and back. What JSON cannot say becomes `{ "$special": … }`, so that
 * nothing is mistaken for its neighbour; what neither can say throws. Built-ins are taken before a candidate can change them.
 */
export const VALUES = String.raw`
const { parse, stringify } = JSON
const { isArray } = Array
const { keys, getPrototypeOf, prototype: plain } = Object
const { isSafeInteger } = Number
const numberOf = Number, integerOf = BigInt, NotSayable = TypeError

const LONGEST_ANSWER = 1048576
const DEEPEST_ANSWER = 500
const special = (name) => '{"$special":"' + name + '"}'

function kindOf(value) {
  if (typeof value !== 'object') return 'a ' + typeof value
  const { constructor } = value
  return typeof constructor === 'function' && typeof constructor.name === 'string' ? 'a ' + constructor.name : 'an object of its own kind'
}

const notSayable = (value) => new NotSayable('the answer holds ' + kindOf(value) + ', which is no JSON value')

function numberText(value) {
  if (value !== value) return special('NaN')
  if (value === 1 / 0) return special('Infinity')
  if (value === -1 / 0) return special('-Infinity')
  return value === 0 && 1 / value < 0 ? '-0' : '' + value
}

/** JSON text of an answer; throws where it is none, ends the execution where it is too long. */
function encode(answer) {
  const open = []
  let left = LONGEST_ANSWER
  const spend = (text) => {
    left -= text.length + 1
    if (left < 0) end('tooLong', '')
    return text
  }
  function textOf(value, depth) {
    switch (typeof value) {
      case 'number': return spend(numberText(value))
      case 'string': return spend(stringify(value))
      case 'boolean': return spend('' + value)
      case 'undefined': return spend(special('undefined'))
      case 'bigint': return spend(isSafeInteger(numberOf(value)) ? '' + value : special(value))
      case 'object': return value === null ? spend('null') : objectText(value, depth)
      default: throw notSayable(value)
    }
  }
  function objectText(value, depth) {
    if (depth > DEEPEST_ANSWER) throw new NotSayable('the answer is nested deeper than ' + DEEPEST_ANSWER)
    for (let i = 0; i < depth; i++) if (open[i] === value) throw new NotSayable('the answer holds itself')
    open[depth] = value
    if (isArray(value)) return '[' + elementsText(value, depth + 1) + ']'
    const prototype = getPrototypeOf(value)
    if (prototype !== null && prototype !== plain) throw notSayable(value)
    return '{' + membersText(value, depth + 1) + '}'
  }
  function elementsText(value, depth) {
    let text = ''
    for (let i = 0, { length } = value; i < length; i++) text += (i > 0 ? ',' : '') + textOf(value[i], depth)
    return text
  }
  function membersText(value, depth) {
    let text = ''
    const names = keys(value)
    if (names.length === 1 && names[0] === '$special') throw new NotSayable('the answer holds an object with the only key $special, which stands for other values')
    for (let i = 0; i < names.length; i++) text += (i > 0 ? ',' : '') + spend(stringify(names[i])) + ':' + textOf(value[names[i]], depth)
    return text
  }
  return textOf(answer, 0)
}

/** An argument with its special values put back, in place. */
function decode(value) {
  if (typeof value !== 'object' || value === null) return value
  const names = keys(value)
  if (names.length === 1 && names[0] === '$special') return specialValue(value.$special)
  for (let i = 0; i < names.length; i++) value[names[i]] = decode(value[names[i]])
  return value
}

function specialValue(name) {
  if (name === 'undefined') return undefined
  return name === 'NaN' || name === 'Infinity' || name === '-Infinity' ? +name : integerOf(name)
}
`
