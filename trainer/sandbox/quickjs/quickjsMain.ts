/** The program of a QuickJS worker: candidates in JavaScript and TypeScript. */
import type { RunCall } from '../wasm/serveJobs.ts'
import { serveJobs } from '../wasm/serveJobs.ts'
import type { Job } from '../wasm/workerMessages.ts'
import { Hearing } from './hearing.ts'
import { Interpreter } from './interpreter.ts'
import { readProgram } from './program.ts'
import type { Program } from './program.ts'

const interpreter = await Interpreter.start()
serveJobs(prepare)

function prepare({ files, language }: Job): RunCall {
  let program: Program
  try {
    program = readProgram(files, language)
  } catch (error) {
    return unreadable(error as Error)
  }
  return (call, { limits }) => {
    if (call.style === 'query') throw new Error('queries have a sandbox of their own')
    return interpreter.run({ program, call, limits })
  }
}

/** No program: every call of it ends in what the parser says. */
const unreadable = (error: Error): RunCall => (call, { limits }) => {
  const hearing = new Hearing(call.style, limits)
  hearing.stop('exception', `${error.name}: ${error.message}`)
  return hearing.report('good')
}
