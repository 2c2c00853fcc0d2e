/**
 * QuickJS in WebAssembly, for programs of strangers. A candidate finds a language and one function of ours behind the machine that
 * `inside/` makes of it: there are no files, sockets, processes, threads or host objects to be reached, and each call of each
 * candidate begins with the same bytes of memory (`FreshMemory`).
 *
 * Covered here: memory (all that the interpreter holds; 16 MiB at least), wall and CPU time (looked at every few thousand
 * instructions), output, recursion.
 * Not covered here: natives that look at nothing for seconds (joining, sorting, nested JSON, huge integers), and faults of QuickJS or
 * V8 themselves. For the first the trainer kills the process after the deadline; for the second there is no more to be had of a
 * process than what its environment and Node's permissions leave it.
 */
import variant from '@jitl/quickjs-singlefile-mjs-release-sync'
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten-core'
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime } from 'quickjs-emscripten-core'
import type { Limits } from '../../protocol/execution.ts'
import type { Call } from '../sandbox.ts'
import type { CallReport } from '../wasm/workerMessages.ts'
import { boundGrowth } from './boundGrowth.ts'
import { FreshMemory } from './freshMemory.ts'
import type { LinearMemory } from './freshMemory.ts'
import { Hearing } from './hearing.ts'
import { hostFunction } from './hostFunction.ts'
import { INSIDE } from './inside/entry.ts'
import type { Program } from './program.ts'

export interface Candidate {
  readonly program: Program
  readonly call: Exclude<Call, { style: 'query' }>
  readonly limits: Limits
}

/** Of the interpreter's own stack, which is 5 MiB; recursion about 23,000 deep. The thread's stack must be ten times that. */
const STACK_BYTES = 4 * 2 ** 20
/** Memory that grew beyond is not given back before the process ends. */
const GROWN_BYTES = 64 * 2 ** 20

export class Interpreter {
  readonly #runtime: QuickJSRuntime
  readonly #context: QuickJSContext
  readonly #memory: LinearMemory
  readonly #entries: Readonly<Record<'begin' | 'next' | 'exitCode', QuickJSHandle>>
  readonly #fresh: FreshMemory
  #broken = false
  /** Of the call that runs. */
  #now: { readonly hearing: Hearing; readonly candidate: Candidate } | undefined

  private constructor(runtime: QuickJSRuntime, memory: LinearMemory) {
    this.#runtime = runtime
    this.#memory = memory
    boundGrowth(memory, () => (this.#now?.candidate.limits.memoryMegabytes ?? 0) * 2 ** 20, () => this.#now?.hearing.lackMemory())
    runtime.setMaxStackSize(STACK_BYTES)
    runtime.setInterruptHandler(() => this.#now?.hearing.mustStop() ?? false)
    this.#context = runtime.newContext()
    const inside = this.#context.unwrapResult(this.#context.evalCode(INSIDE, 'inside.js'))
    const host = hostFunction(this.#context, () => this.#now)
    const entries = this.#context.unwrapResult(this.#context.callFunction(inside, this.#context.undefined, host))
    const entry = (name: string): QuickJSHandle => this.#context.getProp(entries, name)
    this.#entries = { begin: entry('begin'), next: entry('next'), exitCode: entry('exitCode') }
    this.#fresh = FreshMemory.take(memory)
  }

  static async start(): Promise<Interpreter> {
    const module = await newQuickJSWASMModuleFromVariant(variant)
    return new Interpreter(module.newRuntime(), module.getWasmMemory())
  }

  /** For tests. */
  get memory(): { readonly fresh: FreshMemory; readonly bytes: Uint8Array } {
    return { fresh: this.#fresh, bytes: new Uint8Array(this.#memory.buffer) }
  }

  run(candidate: Candidate): CallReport {
    const hearing = new Hearing(candidate.call.style, candidate.limits)
    this.#now = { hearing, candidate }
    try {
      this.#fresh.restore()
      this.#live(candidate, hearing)
    } catch (trap) {
      this.#broken = true
      hearing.stop('noResult', `the interpreter broke: ${(trap as Error).message}`)
    }
    this.#now = undefined
    return hearing.report(this.#state())
  }

  #state(): CallReport['worker'] {
    if (this.#broken) return 'broken'
    return this.#memory.buffer.byteLength > GROWN_BYTES ? 'grown' : 'good'
  }

  /** Runs the program, then jobs and timers, until it has ended or nothing is left to do. */
  #live({ program, call, limits }: Candidate, hearing: Hearing): void {
    const begin = { files: program.paths, call: { ...call, hasSpecial: call.style === 'call' && hasSpecial(call.args) }, outputBytes: limits.outputBytes }
    this.#enter('begin', hearing, JSON.stringify(begin))
    while (!hearing.over) {
      this.#runJobs(hearing)
      if (hearing.over) return
      const clock = this.#enter('next', hearing)
      if (clock === undefined || hearing.over) continue
      if (clock < 0) return this.#nothingLeft(call.style, hearing)
      if (clock > limits.wallSeconds * 1000) hearing.stopLate('wallSeconds', limits.wallSeconds)
    }
  }

  #runJobs(hearing: Hearing): void {
    while (!hearing.over && this.#runtime.hasPendingJob()) {
      const done = this.#runtime.executePendingJobs(JOBS_AT_A_TIME)
      if (done.error) this.#failed(done.error, hearing)
    }
  }

  #nothingLeft(style: Call['style'], hearing: Hearing): void {
    if (style === 'call') return hearing.stop('noResult', 'its promise is never settled')
    hearing.exit(this.#enter('exitCode', hearing) ?? 1)
  }

  /** @returns the number that the entry gives; undefined where it failed. */
  #enter(name: 'begin' | 'next' | 'exitCode', hearing: Hearing, text?: string): number | undefined {
    const args = text === undefined ? [] : [this.#context.newString(text)]
    const result = this.#context.callFunction(this.#entries[name], this.#context.undefined, ...args)
    if (result.error) return this.#failed(result.error, hearing)
    return this.#context.typeof(result.value) === 'number' ? this.#context.getNumber(result.value) : undefined
  }

  /** What passed all handlers inside: the order to stop, or memory and stack so short that the handlers themselves failed. */
  #failed(error: QuickJSHandle, hearing: Hearing): undefined {
    if (hearing.over) return
    const shown: unknown = this.#context.typeof(error) === 'object' ? this.#context.getString(error) : ''
    hearing.threw(typeof shown === 'string' ? shown : '')
  }
}

const JOBS_AT_A_TIME = 1000
const hasSpecial = (args: unknown): boolean => JSON.stringify(args).includes('"$special"')
