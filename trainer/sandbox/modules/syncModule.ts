import { once } from 'node:events'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { LabError } from '../../errors.ts'
import { MODULE_LIMITS } from './moduleHost.ts'
import type { ModuleLimits } from './moduleHost.ts'
import { syncModuleProgram } from './moduleProgram.ts'
import type { ModuleMethod } from './moduleRpc.ts'
import type { ApprovedModule } from './trust.ts'

/** Handed to the thread when it starts. */
export interface SyncModuleData {
  readonly module: ApprovedModule
  readonly limits: Partial<ModuleLimits>
  readonly port: MessagePort
  /** 0 while a call runs, 1 once its answer lies in the port. */
  readonly answered: Int32Array
}

export interface SyncCall {
  /** Ties an answer to its call. */
  readonly id: number
  readonly method: ModuleMethod
  readonly args: readonly unknown[]
  readonly seconds: number
}

export type SyncAnswer = { readonly id: number } & (
  | { readonly value: unknown }
  | { readonly code: string; readonly message: string; readonly remedy: string }
)

/**
 * A module host for callers that cannot wait: environments are asked synchronously. A thread of its own talks to the module
 * process while the caller sleeps, so that a call costs the caller's event loop its time, up to the deadline.
 */
export class SyncModule {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #answered: Int32Array
  readonly #startSeconds: number
  #calls = 0

  private constructor(worker: Worker, port: MessagePort, answered: Int32Array, startSeconds: number) {
    this.#worker = worker
    this.#port = port
    this.#answered = answered
    this.#startSeconds = startSeconds
  }

  /** Starts the thread and waits for it: a thread cannot start while its starter sleeps. */
  static async open(module: ApprovedModule, limits: Partial<ModuleLimits> = {}): Promise<SyncModule> {
    const { port1, port2 } = new MessageChannel()
    const answered = new Int32Array(new SharedArrayBuffer(4))
    const workerData: SyncModuleData = { module, limits, port: port2, answered }
    const worker = new Worker(syncModuleProgram(), { workerData, transferList: [port2] })
    await Promise.race([once(port1, 'message'), once(worker, 'exit').then(() => Promise.reject(threadEnded()))])
    worker.unref()
    port1.unref()
    return new SyncModule(worker, port1, answered, limits.startSeconds ?? MODULE_LIMITS.startSeconds)
  }

  /** The module's answer, unchecked. Throws as `ModuleHost.call` rejects. */
  call(method: ModuleMethod, args: readonly unknown[], seconds: number): unknown {
    const request: SyncCall = { id: ++this.#calls, method, args, seconds }
    Atomics.store(this.#answered, 0, 0)
    this.#port.postMessage(request)
    // The thread keeps the deadline and may have to start the process first; this one only guards against the thread's own end.
    Atomics.wait(this.#answered, 0, 0, 1000 * (seconds + 2 * this.#startSeconds))
    const answer = this.#receive(request.id)
    if (answer === undefined) throw threadEnded()
    if ('value' in answer) return answer.value
    throw new LabError('sandbox', answer.code, answer.message, { remedy: answer.remedy })
  }

  /** Answers to earlier calls, given up on, are passed over. */
  #receive(id: number): SyncAnswer | undefined {
    for (;;) {
      const answer = receiveMessageOnPort(this.#port)?.message as SyncAnswer | undefined
      if (answer === undefined || answer.id === id) return answer
    }
  }

  async close(): Promise<void> {
    this.#port.postMessage(null)
    this.#port.close()
    await this.#worker.terminate()
  }
}

function threadEnded(): LabError {
  return new LabError('sandbox', 'sandbox/died', 'the thread that talks to the module has ended', { remedy: 'Run again.' })
}
