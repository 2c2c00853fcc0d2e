/** Source that runs inside the interpreter: `console`, and values as Node's console shows them (without its grouping of long arrays into columns). */
export const PRINTING = String.raw`
const LINE = 76
const MOST_ITEMS = 100
const quoted = (text) => {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('${'`'}') ? '${'`'}' : "'"
  const inner = stringify(text).slice(1, -1).replaceAll('\\"', '"')
  return mark + (mark === "'" ? inner.replaceAll("'", "\\'") : inner) + mark
}
const keyText = (key) => typeof key === 'symbol' ? '[' + String(key) + ']' : /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)

function laidOut(open, items, close, indent) {
  if (items.length === 0) return open + close
  const line = open + ' ' + items.join(', ') + ' ' + close
  if (line.length + indent <= LINE && !line.includes('\n')) return line
  const pad = ' '.repeat(indent + 2)
  return open + '\n' + items.map((item) => pad + item).join(',\n') + '\n' + ' '.repeat(indent) + close
}

function inspectFunction(value) {
  const name = value.name ? ': ' + value.name : ' (anonymous)'
  return Function.prototype.toString.call(value).startsWith('class') ? '[class' + (value.name ? ' ' + value.name : ' (anonymous)') + ']' : '[Function' + name + ']'
}

function inspect(value, depth = 0, parents = []) {
  switch (typeof value) {
    case 'string': return quoted(value)
    case 'bigint': return value + 'n'
    case 'symbol': return String(value)
    case 'number': return Object.is(value, -0) ? '-0' : '' + value
    case 'function': return inspectFunction(value)
    case 'object': return value === null ? 'null' : inspectObject(value, depth, parents)
    default: return '' + value
  }
}

function inspectObject(value, depth, parents) {
  if (parents.includes(value)) return '[Circular]'
  if (value instanceof Error) return errorText(value)
  if (value instanceof Date) return isNaN(value) ? 'Invalid Date' : value.toISOString()
  if (value instanceof RegExp) return String(value)
  if (value instanceof Promise) return 'Promise { <pending> }'
  const name = nameOfKind(value)
  if (depth > 2) return '[' + (name || 'Object') + ']'
  const show = (inner) => inspect(inner, depth + 1, [...parents, value])
  const indent = 2 * depth
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return inspectArray(value, name, show, indent)
  if (value instanceof Set) return laidOut('Set(' + value.size + ') {', [...value].slice(0, MOST_ITEMS).map(show), '}', indent)
  if (value instanceof Map) return laidOut('Map(' + value.size + ') {', [...value].slice(0, MOST_ITEMS).map(([key, item]) => show(key) + ' => ' + show(item)), '}', indent)
  return laidOut((name === 'Object' ? '' : (name || '[Object: null prototype]') + ' ') + '{', membersOf(value, show), '}', indent)
}

const nameOfKind = (value) => {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null ? '' : prototype.constructor?.name ?? 'Object'
}
const membersOf = (value, show) => Reflect.ownKeys(value).filter((key) => Object.getOwnPropertyDescriptor(value, key).enumerable)
  .slice(0, MOST_ITEMS).map((key) => keyText(key) + ': ' + show(value[key]))

function inspectArray(value, name, show, indent) {
  const items = Array.from({ length: Math.min(value.length, MOST_ITEMS) }, (_, i) => i in value ? show(value[i]) : '<empty>')
  if (value.length > MOST_ITEMS) items.push('... ' + (value.length - MOST_ITEMS) + ' more items')
  return laidOut((name === 'Array' ? '' : name + '(' + value.length + ') ') + '[', items, ']', indent)
}

const FORMATS = {
  s: (value) => typeof value === 'string' ? value : inspect(value), d: (value) => typeof value === 'object' ? 'NaN' : '' + Number(value),
  i: (value) => '' + parseInt(value), f: (value) => '' + parseFloat(value), j: (value) => stringify(value), o: (value) => inspect(value), O: (value) => inspect(value), c: () => ''
}
function format(first, ...others) {
  if (typeof first === 'string' && others.length > 0) {
    first = first.replace(/%([sdifjoOc%])/g, (all, kind) => kind === '%' ? '%' : others.length > 0 ? FORMATS[kind](others.shift()) : all)
  }
  return [first, ...others].map((value) => typeof value === 'string' ? value : inspect(value)).join(' ')
}

let groups = ''
const print = (stream) => (...values) => {
  const text = values.length === 0 ? '' : format(...values)
  write(stream, (groups === '' ? text : groups + text.replaceAll('\n', '\n' + groups)) + '\n')
}
const ignore = () => undefined
const group = (...values) => {
  if (values.length > 0) console.log(...values)
  groups += '  '
}
globalThis.console = {
  log: print('out'), info: print('out'), debug: print('out'), dir: (value) => console.log(value), table: print('out'),
  error: print('err'), warn: print('err'), trace: print('err'),
  assert: (condition, ...values) => { if (!condition) console.error('Assertion failed' + (values.length > 0 ? ':' : ''), ...values) },
  group, groupCollapsed: group, groupEnd: () => { groups = groups.slice(2) },
  time: ignore, timeEnd: ignore, timeLog: ignore, count: ignore, countReset: ignore, clear: ignore
}
`
