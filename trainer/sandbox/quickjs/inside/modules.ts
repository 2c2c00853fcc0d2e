/** Source that runs inside the interpreter: the candidate's files as modules of each other, beside the few of Node that a pure program needs. */
export const MODULES = String.raw`
const isInput = (path) => path === 0 || path === '/dev/stdin' || path === '/dev/fd/0' || path === '/proc/self/fd/0'
const streamOf = (path) => path === 1 || path === '/dev/stdout' ? 'out' : path === 2 || path === '/dev/stderr' ? 'err' : undefined
const writeFile = (path, text) => streamOf(path) ? write(streamOf(path), String(text)) : forbid('writing ' + path)
const fileSystem = new Proxy({
  readFileSync: (path) => isInput(path) ? takeInput() : forbid('reading ' + path),
  writeFileSync: writeFile, writeSync: writeFile, appendFileSync: writeFile, fsyncSync: ignore
}, { get: (target, name) => name in target || typeof name === 'symbol' ? target[name] : name === '__esModule' || name === 'default' ? undefined : (...args) => forbid('fs.' + name + ' ' + args[0]) })

const lineReaders = { createInterface: () => new LineReader(), cursorTo: ignore, clearLine: ignore }
const isDeepStrictEqual = (a, b) => inspect(a) === inspect(b)
const BUILT_IN = {
  fs: () => fileSystem,
  readline: () => ({ ...lineReaders, promises: { createInterface: () => new PromisingLineReader() } }),
  'readline/promises': () => ({ createInterface: () => new PromisingLineReader() }),
  events: () => Object.assign(EventEmitter, { EventEmitter }),
  os: () => ({ EOL: '\n' }),
  process: () => process,
  perf_hooks: () => ({ performance }),
  timers: () => ({ setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate }),
  'timers/promises': () => ({ setTimeout: (delay, value) => new Promise((resolve) => setTimeout(resolve, delay, value)) }),
  util: () => ({ inspect: (value) => inspect(value), format, promisify: (work) => (...args) => new Promise((resolve, reject) => work(...args, (error, value) => error ? reject(error) : resolve(value))) })
}
const FORBIDDEN = new Set(('async_hooks child_process cluster crypto dgram diagnostics_channel dns domain fs/promises http http2 https inspector module net repl sqlite ' +
  'tls tty v8 vm wasi worker_threads zlib').split(' '))

function builtIn(name) {
  const plainName = String(name).replace(/^node:/, '')
  if (Object.hasOwn(BUILT_IN, plainName)) return BUILT_IN[plainName]()
  return FORBIDDEN.has(plainName) ? forbid('module ' + plainName) : undefined
}

function resolvePath(from, to) {
  const parts = to.startsWith('/') ? [] : from.split('/').slice(0, -1)
  for (const part of to.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

let paths = []
let loaded = new Map()
const ENDINGS = ['', '.js', '.ts', '.mjs', '.cjs', '.mts', '.cts', '.json', '/index.js', '/index.ts']
const STANDS_FOR_TYPED = /\.([cm]?)js$/
function fileOf(from, to) {
  const path = resolvePath(from, to)
  return [...ENDINGS.map((ending) => path + ending), path.replace(STANDS_FOR_TYPED, '.$1ts')].map((wanted) => paths.indexOf(wanted)).find((place) => place >= 0) ?? -1
}

const requireFrom = (from) => (name) => {
  const known = builtIn(name)
  if (known !== undefined) return known
  const place = /^[./]/.test(name) ? fileOf(from, name) : -1
  if (place < 0) throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: 'MODULE_NOT_FOUND' })
  return load(place).exports
}

/** Runs a file once. The main one also hands out the function that is asked for, exported or not. */
function load(place) {
  const done = loaded.get(place)
  if (done) return done
  const path = paths[place]
  const module = { exports: {}, id: path, filename: '/' + path, found: undefined }
  loaded.set(place, module)
  if (path.endsWith('.json')) module.exports = parse(host('text', '' + place))
  else module.found = host('compile', '' + place).call(module.exports, module.exports, Object.assign(requireFrom(path), { main: module }), module, '/' + path, '/')
  return module
}
`
