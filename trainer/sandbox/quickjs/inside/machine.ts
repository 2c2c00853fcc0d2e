/**
 * Source that runs inside the interpreter: what a program takes for the machine. There is standard input, output and a clock;
 * whatever reaches for more is told so and seen. Nothing here guards anything: there is no more that could be reached.
 */
export const MACHINE = String.raw`
let lastForbidden
function forbid(what) {
  host('forbidden', stringify(what))
  lastForbidden = new Error(what + ' is not allowed here')
  lastForbidden.code = 'EACCES'
  throw lastForbidden
}
const forbidden = (name) => () => forbid(name)

const output = (stream) => ({
  fd: stream === 'out' ? 1 : 2, isTTY: false, columns: 80, writable: true,
  write: (text, ...others) => {
    write(stream, String(text))
    const done = others.find((other) => typeof other === 'function')
    if (done) queueMicrotask(done)
    return true
  },
  end: (text) => { if (text !== undefined) write(stream, String(text)) },
  on() { return this }, once() { return this }, off() { return this }
})

class Process extends EventEmitter {
  argv = ['node', '/program']
  argv0 = 'node'
  execArgv = []
  execPath = '/node'
  env = {}
  pid = 4242
  ppid = 0
  platform = 'linux'
  arch = 'wasm32'
  title = 'node'
  version = 'v20.0.0'
  versions = { node: '20.0.0' }
  exitCode = undefined
  stdin = new StandardInput()
  stdout = output('out')
  stderr = output('err')
  exit(code = this.exitCode) { end('exit', '' + (Number(code ?? 0) & 255)) }
  reallyExit(code) { end('exit', '' + (Number(code ?? 0) & 255)) }
  abort() { end('exit', '134') }
  kill(pid, signal = 'SIGTERM') { return pid === this.pid && signal !== 0 ? end('exit', '143') : forbid('process.kill of ' + pid) }
  cwd() { return '/' }
  chdir() { forbid('process.chdir') }
  binding(name) { forbid('process.binding ' + name) }
  dlopen() { forbid('process.dlopen') }
  getBuiltinModule(name) { return builtIn(name) }
  nextTick(work, ...args) { queueMicrotask(() => work(...args)) }
  uptime() { return performance.now() / 1000 }
  umask() { return 0 }
  memoryUsage() { return { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 } }
  emitWarning() {}
  hrtime([seconds, nanoseconds] = [0, 0]) {
    const now = performance.now()
    const rest = Math.round((now % 1000) * 1e6) - nanoseconds
    return [Math.floor(now / 1000) - seconds - (rest < 0 ? 1 : 0), rest < 0 ? rest + 1e9 : rest]
  }
}
Process.prototype.hrtime.bigint = () => BigInt(Math.round(performance.now() * 1e6))

function clone(value, seen = new Map()) {
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError(String(value) + ' could not be cloned.')
  if (typeof value !== 'object' || value === null) return value
  if (seen.has(value)) return seen.get(value)
  const copy = Array.isArray(value) ? [] : value instanceof Map ? new Map() : value instanceof Set ? new Set() : value instanceof Date ? new Date(value) : {}
  seen.set(value, copy)
  if (value instanceof Map) for (const [key, item] of value) copy.set(clone(key, seen), clone(item, seen))
  else if (value instanceof Set) for (const item of value) copy.add(clone(item, seen))
  else for (const key of Object.keys(value)) copy[key] = clone(value[key], seen)
  return copy
}

const started = Date.now()
Object.assign(globalThis, {
  global: globalThis, process: new Process(), fetch: forbidden('fetch'), structuredClone: (value) => clone(value),
  performance: { now: () => Date.now() - started, timeOrigin: started, mark: ignore, measure: ignore }
})
`
