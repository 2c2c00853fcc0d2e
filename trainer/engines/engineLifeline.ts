import type { ChildProcess } from 'node:child_process'
import type { MessageConnection } from 'vscode-jsonrpc/node'
import { LabError } from '../errors.ts'
import { connectionToChild, killChild, OutputTail, startChild } from './engineChannel.ts'
import type { EngineEntry } from './engineEntry.ts'

const described = (tail: string): string => (tail === '' ? '' : `; it printed: ${tail.slice(-1500)}`)

function startFailed(what: string, tail: string): LabError {
  return new LabError('engine', 'engine/no-start', `The engine process ${what}${described(tail)}`, {
    remedy: 'Run `lab doctor`, which says what the engine lacks on this machine.'
  })
}

function died(what: string, tail: string): LabError {
  return new LabError('engine', 'engine/died', `The engine process ${what}${described(tail)}`, {
    remedy: 'The trainer starts another engine and does the step again; if it keeps happening, look at the free memory.'
  })
}

/** An engine's process, the connection to it, and the one truth of whether it lives. */
export class Lifeline {
  readonly child: ChildProcess
  readonly connection: MessageConnection
  readonly exited: Promise<void>
  readonly #tail: OutputTail
  /** Calls that wait; each is told when the process ends. (A promise raced against would hold every result for ever.) */
  readonly #waiting = new Set<(error: LabError) => void>()
  #death: LabError | undefined
  #answered = false

  constructor(entry: EngineEntry, args: readonly string[], environment: Readonly<Record<string, string>>) {
    this.child = startChild(entry, args, environment)
    this.#tail = new OutputTail(this.child)
    this.exited = this.#watch()
    this.connection = connectionToChild(this.child, () => undefined)
    this.connection.onError(([error]) => this.#doubt(error.message))
    this.connection.listen()
  }

  /** From now on an end is a death; before, it was a failed start. */
  markStarted(): void {
    this.#answered = true
  }

  /** The call's result; rejects at once when the process ends or is given up, and where it has already. */
  whileAlive<T>(call: () => Promise<T>): Promise<T> {
    if (this.#death !== undefined) return Promise.reject(this.#death)
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject)
      call().then(resolve, reject).finally(() => this.#waiting.delete(reject))
    })
  }

  /** Kills the process. */
  giveUp(why: string): void {
    this.#end(why)
    killChild(this.child)
  }

  /** Ends the process in order; kills it where it does not end by itself. Calls in flight are lost. */
  async close(): Promise<void> {
    this.#reject(new LabError('engine', 'engine/closed', 'The engine has been closed', { remedy: 'Start another engine.' }))
    this.connection.end()
    this.connection.dispose()
    const timer = setTimeout(() => killChild(this.child), 2000)
    await this.exited
    clearTimeout(timer)
  }

  /** A broken connection is mostly the first sign of an end, whose own words are better. */
  #doubt(message: string): void {
    const timer = setTimeout(() => this.giveUp(`could not be talked to (${message.slice(0, 200)})`), 1000)
    void this.exited.then(() => clearTimeout(timer))
  }

  #reject(error: LabError): void {
    this.#death ??= error
    for (const reject of this.#waiting) reject(this.#death)
    this.#waiting.clear()
  }

  #end(what: string): void {
    this.#reject(this.#answered ? died(what, this.#tail.text) : startFailed(what, this.#tail.text))
  }

  #watch(): Promise<void> {
    return new Promise((resolve) => {
      const ended = (what: string): void => {
        this.#end(what)
        resolve()
      }
      const how = (code: number | null, signal: string | null): string => (signal === null ? `ended with exit code ${code}` : `was killed (${signal})`)
      this.child.once('error', (error) => ended(`could not be started (${error.message})`))
      // `close` comes when all that was printed has been read; something else could hold that open, so it has half a second.
      this.child.once('close', (code, signal) => ended(how(code, signal)))
      this.child.once('exit', (code, signal) => setTimeout(() => ended(how(code, signal)), 500).unref())
    })
  }
}
