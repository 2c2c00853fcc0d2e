import { CancellationTokenSource } from 'vscode-jsonrpc/node'
import { LabError } from '../errors.ts'
import { CallQueue } from './callQueue.ts'
import type { Lifeline } from './engineLifeline.ts'
import type { EngineRequest } from './engineMessages.ts'
import { fromResponseError } from './wireError.ts'

/** How long a call may take, and what its caller gets when it takes longer. */
export interface Deadline {
  readonly seconds: number
  error(seconds: number): LabError
}

export interface CallOptions {
  readonly deadline?: Deadline | undefined
  readonly signal?: AbortSignal | undefined
}

/** Sends one request at a time, so that a deadline measures the call itself and never the calls before it. */
export class EngineCaller {
  readonly #queue = new CallQueue()
  readonly #life: Lifeline
  readonly #cancelSeconds: number

  /** @param cancelSeconds from an abort until an engine that has not answered is killed. */
  constructor(life: Lifeline, cancelSeconds: number) {
    this.#life = life
    this.#cancelSeconds = cancelSeconds
  }

  call<P extends object, R>(request: EngineRequest<P, R>, params: P, options: CallOptions = {}): Promise<R> {
    return this.#queue.run(() => this.#life.whileAlive(() => this.#send<R>(request.method, params, options)))
  }

  async #send<R>(method: string, params: object, { deadline, signal }: CallOptions): Promise<R> {
    const cancellation = new CancellationTokenSource()
    const timers: NodeJS.Timeout[] = []
    const after = (seconds: number, act: () => void): void => { timers.push(setTimeout(act, seconds * 1000)) }
    const abort = (): void => {
      cancellation.cancel()
      after(this.#cancelSeconds, () => this.#life.giveUp(`did not stop within ${this.#cancelSeconds} s of a cancellation`))
    }
    try {
      const expired = new Promise<never>((_, reject) => {
        if (deadline) after(deadline.seconds, () => { this.#expire(deadline, reject) })
      })
      // A cancellation that follows a call may come after its end; one that was there before is part of it.
      const answer = this.#answer<R>(method, signal?.aborted ? { ...params, cancelled: true } : params, cancellation)
      if (signal?.aborted) abort()
      signal?.addEventListener('abort', abort, { once: true })
      return await Promise.race([answer, expired])
    } finally {
      timers.forEach(clearTimeout)
      signal?.removeEventListener('abort', abort)
      cancellation.dispose()
    }
  }

  async #answer<R>(method: string, params: object, cancellation: CancellationTokenSource): Promise<R> {
    try {
      return await this.#life.connection.sendRequest<R>(method, params, cancellation.token)
    } catch (error) {
      const known = fromResponseError(error)
      if (known !== undefined) throw known
      // The connection failed. Mostly the process has ended, which says more and is on its way.
      await new Promise((resolve) => setTimeout(resolve, 2000))
      throw new LabError('engine', 'engine/internal', `The engine cannot be asked for ${method}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error, remedy: 'Try smaller batches; a single message has a limit of about 500 MB.'
      })
    }
  }

  /** This call gets the deadline's own error, the ones behind it hear of the end that follows. */
  #expire(deadline: Deadline, reject: (error: LabError) => void): void {
    reject(deadline.error(deadline.seconds))
    setImmediate(() => this.#life.giveUp(`was ended after ${deadline.seconds} s without an answer`))
  }
}
