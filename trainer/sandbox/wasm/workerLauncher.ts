/** Descriptor on which a worker reports. */
export const REPORTS = 3
/** Exit codes of a worker that cannot go on. */
const BROKEN = 70
export const OUT_OF_MEMORY = 71

/**
 * What a worker process runs first; plain JavaScript, so that a bundle needs no second file and a working tree translates only
 * the program. The program, whose address is the only argument, runs in a thread with a stack large enough for the interpreter's own
 * guard against recursion to come first, on every platform. This thread stays free: it hands on jobs, and ends the process when the
 * trainer has gone, while the program is busy with whatever it was given.
 */
export const LAUNCHER = `
const { Worker } = require('node:worker_threads')
let failure = { code: ${BROKEN}, text: '' }
const program = new Worker(new URL(process.argv[1]), { env: {}, argv: [], execArgv: [], resourceLimits: { stackSizeMb: 64, maxOldGenerationSizeMb: 512 } })
program.on('error', (error) => {
  failure = { code: error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? ${OUT_OF_MEMORY} : ${BROKEN}, text: String(error.stack) }
}).on('exit', () => process.stderr.write(failure.text, () => process.exit(failure.code)))
const pending = []
process.stdin.setEncoding('utf8').on('data', (text) => {
  const [first, ...others] = text.split('\\n')
  pending.push(first)
  for (const next of others) {
    program.postMessage(pending.join(''))
    pending.length = 0
    pending.push(next)
  }
}).on('end', () => process.kill(process.pid, 'SIGKILL'))
`
