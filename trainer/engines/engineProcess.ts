import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { CancellationTokenSource, NotificationType } from 'vscode-jsonrpc/node'
import type { CancellationToken, MessageConnection, RequestType, RequestType0 } from 'vscode-jsonrpc/node'
import { LabError } from '../errors.ts'
import { CallQueue } from './callQueue.ts'
import type { Engine, ModelSource, SampledCompletion, SampleEvents, SamplePrompt, SamplingParameters } from './engine.ts'
import { connectionToChild, OutputTail, startChild } from './engineChannel.ts'
import type { EngineEntry } from './engineEntry.ts'
import { progress, requests } from './engineMessages.ts'
import type { WireError } from './wireError.ts'
import { fromResponseError } from './wireError.ts'

export interface EngineProcessOptions {
  readonly entry: EngineEntry
  readonly args?: readonly string[]
  /** Added to the few variables that the process inherits. */
  readonly environment?: Readonly<Record<string, string>>
  /** Until the process answers at all. Default 120. */
  readonly startSeconds?: number
  /** For `encode`, `decode` and `renderChat`: a model's patterns and templates can run for ever. Default 30. */
  readonly tokenizerSeconds?: number
  /** For `loadModel` and `load`. Default 900. */
  readonly loadSeconds?: number
  /** From an abort to the answer. Default 60. */
  readonly cancelSeconds?: number
}

/** An engine in a process of its own. */
export interface EngineProcess extends Engine {
  readonly pid: number
}

/** How long one call may take, and what to say when it takes longer. */
interface Deadline {
  readonly seconds: number
  readonly error: (seconds: number) => LabError
}

interface CallOptions {
  readonly deadline?: Deadline
  readonly signal?: AbortSignal | undefined
}

const described = (tail: string): string => (tail === '' ? '' : `; it printed: ${tail.slice(-1500)}`)

function startFailed(what: string, tail: string): LabError {
  return new LabError('engine', 'engine/no-start', `The engine process ${what}${described(tail)}`, {
    remedy: 'Run `lab doctor`, which says what the engine lacks on this machine.'
  })
}

function diedError(what: string, tail: string): LabError {
  return new LabError('engine', 'engine/died', `The engine process ${what}${described(tail)}`, {
    remedy: 'The trainer starts another engine and does the step again; if it keeps happening, look at free memory.'
  })
}

/** Races a promise against a timer that is always cleared. */
async function within<T>(call: Promise<T>, seconds: number, late: () => LabError): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expiry = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(late()), seconds * 1000) })
  return Promise.race([call, expiry]).finally(() => clearTimeout(timer))
}

/** The child, its connection, and the one truth of whether it lives. */
class Lifeline {
  readonly child: ChildProcess
  readonly connection: MessageConnection
  /** Rejects once, when the process has gone or has been given up; never resolves. */
  readonly death: Promise<never>
  readonly exited: Promise<void>
  readonly tail: OutputTail
  #reject: (error: LabError) => void = () => undefined
  #noExit: LabError | undefined

  constructor(options: EngineProcessOptions) {
    this.child = startChild(options.entry, options.args ?? [], options.environment)
    this.tail = new OutputTail(this.child)
    this.death = new Promise<never>((_, reject) => { this.#reject = reject })
    this.death.catch(() => undefined)
    this.exited = this.#watch()
    this.connection = connectionToChild(this.child, () => undefined)
    this.connection.onError(([error]) => this.giveUp(diedError(`sent what is no message (${error.message.slice(0, 200)})`, this.tail.text)))
    this.connection.listen()
  }

  #watch(): Promise<void> {
    return new Promise((resolve) => {
      this.child.once('error', (error) => {
        this.#reject(startFailed(`could not be started (${error.message})`, ''))
        resolve()
      })
      // `close` comes when all output has been read; a grandchild could hold it open, so it is not waited for long.
      const ended = (code: number | null, signal: string | null): void => {
        this.#reject(this.#noExit ?? diedError(signal === null ? `ended with exit code ${code}` : `was killed (${signal})`, this.tail.text))
        resolve()
      }
      this.child.once('close', ended)
      this.child.once('exit', (code, signal) => setTimeout(() => ended(code, signal), 500).unref())
    })
  }

  /** Kills the process; calls that wait on it, and later ones, get this error. */
  giveUp(error: LabError): void {
    this.#noExit = error
    this.#reject(error)
    this.child.kill('SIGKILL')
  }
}

/** One request at a time, so that a deadline measures the call itself and never the calls before it. */
class Caller {
  readonly #queue = new CallQueue()
  readonly #life: Lifeline
  readonly #cancelSeconds: number

  constructor(life: Lifeline, cancelSeconds: number) {
    this.#life = life
    this.#cancelSeconds = cancelSeconds
  }

  call<P, R>(type: RequestType<P, R, WireError>, params: P, options: CallOptions = {}): Promise<R> {
    return this.#run((token) => this.#life.connection.sendRequest(type, params, token), options)
  }

  call0<R>(type: RequestType0<R, WireError>, options: CallOptions = {}): Promise<R> {
    return this.#run((token) => this.#life.connection.sendRequest(type, token), options)
  }

  #run<R>(send: (token: CancellationToken) => Promise<R>, options: CallOptions): Promise<R> {
    return this.#queue.run(async () => {
      const cancellation = new CancellationTokenSource()
      const aborted = this.#watchAbort(cancellation, options.signal)
      try {
        return await this.#guarded(send(cancellation.token), options.deadline)
      } finally {
        aborted()
        cancellation.dispose()
      }
    })
  }

  async #guarded<R>(request: Promise<R>, deadline: Deadline | undefined): Promise<R> {
    // A request on a broken connection may never settle or fail with words about sockets: the process's end says more.
    const answer = request.catch((error: unknown) => {
      const known = fromResponseError(error)
      if (known !== undefined) throw known
      return this.#life.death
    })
    const call = Promise.race([answer, this.#life.death])
    if (deadline === undefined) return call
    return within(call, deadline.seconds, () => this.#expired(deadline))
  }

  #expired(deadline: Deadline): LabError {
    const error = deadline.error(deadline.seconds)
    this.#life.giveUp(diedError(`was ended after ${deadline.seconds} s without an answer`, this.#life.tail.text))
    return error
  }

  /** Passes an abort on and gives the engine up where it does not obey. Returns what undoes it. */
  #watchAbort(cancellation: CancellationTokenSource, signal: AbortSignal | undefined): () => void {
    if (signal === undefined) return () => undefined
    let timer: NodeJS.Timeout | undefined
    const abort = (): void => {
      cancellation.cancel()
      timer = setTimeout(
        () => this.#life.giveUp(diedError(`did not stop within ${this.#cancelSeconds} s of a cancellation`, this.#life.tail.text)),
        this.#cancelSeconds * 1000
      )
    }
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    return () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  }
}

const byPlace = (a: SampledCompletion, b: SampledCompletion): number => a.promptIndex - b.promptIndex || a.sampleIndex - b.sampleIndex

/** Sampling calls in flight, by number, to route progress. */
class Sampling {
  readonly #caller: Caller
  readonly #running = new Map<number, { readonly events: SampleEvents; readonly done: SampledCompletion[] }>()
  #calls = 0

  constructor(caller: Caller, connection: MessageConnection) {
    this.#caller = caller
    connection.onNotification(progress, ({ call, finished, partial }) => {
      const running = this.#running.get(call)
      if (running === undefined) return
      running.done.push(...finished)
      for (const completion of finished) running.events.finished?.(completion)
      if (partial.length > 0) running.events.partial?.(partial)
    })
  }

  async sample(
    prompts: readonly SamplePrompt[], parameters: SamplingParameters, events: SampleEvents = {}, signal?: AbortSignal
  ): Promise<SampledCompletion[]> {
    const call = ++this.#calls
    const running = { events, done: [] as SampledCompletion[] }
    this.#running.set(call, running)
    try {
      const request = { call, prompts, parameters, finished: events.finished !== undefined, partial: events.partial !== undefined }
      const others = await this.#caller.call(requests.sample, request, { signal })
      return [...running.done, ...others].sort(byPlace)
    } finally {
      this.#running.delete(call)
    }
  }
}
