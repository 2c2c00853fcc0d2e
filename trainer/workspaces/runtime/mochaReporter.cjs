// Tells of each test as it ends, so that what passed before a hang is known.
'use strict'
const fs = require('node:fs')
const path = require('node:path')

/** More than anybody is shown of a test. */
const MOST_CHARACTERS = 20_000

const tell = (record) => fs.appendFileSync(process.env.LAB_REPORT, `\n${JSON.stringify(record)}\n`)
const isAssertion = (error) => error?.code === 'ERR_ASSERTION' || error?.name === 'AssertionError' || (error !== null && typeof error === 'object' && 'actual' in error && 'expected' in error)
const shown = (value) => (value === undefined ? undefined : typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)))

function failure(error) {
  const message = String(error?.message ?? error).slice(0, 4000)
  if (!isAssertion(error)) return { kind: /^Timeout of \d+ms exceeded/.test(message) ? 'timeout' : 'exception', message }
  return { kind: 'assertion', message, expected: safely(() => shown(error.expected)), got: safely(() => shown(error.actual)) }
}

function safely(work) {
  try {
    return work()?.slice(0, 4000)
  } catch {
    // A value that cannot be shown.
    return undefined
  }
}

/** What is written while a test runs, kept for its result; it goes where it would have gone as well. */
function listen() {
  let written = ''
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream)
    stream.write = (chunk, ...rest) => {
      if (written.length < MOST_CHARACTERS) written += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
      return write(chunk, ...rest)
    }
  }
  return { begin: () => (written = ''), output: () => ({ output: written.slice(0, MOST_CHARACTERS) }) }
}

module.exports = function Reporter(runner) {
  const heard = listen()
  // Titles may be made of the candidate's data.
  const nameOf = (test) => test.fullTitle().slice(0, 4000)
  const named = (test) => ({ name: nameOf(test), file: test.file && path.relative(process.cwd(), test.file).replaceAll('\\', '/'), seconds: (test.duration ?? 0) / 1000 })
  runner.on('test', (test) => {
    heard.begin()
    tell({ began: nameOf(test) })
  })
  runner.on('pass', (test) => tell({ status: 'passed', ...named(test), ...heard.output() }))
  runner.on('pending', (test) => tell({ status: 'skipped', ...named(test) }))
  runner.on('fail', (test, error) => tell({ status: 'failed', ...named(test), ...heard.output(), failure: failure(error) }))
  runner.once('end', () => tell({ finished: true }))
}
