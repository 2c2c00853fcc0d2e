/**
 * Runs a user's module in a child process of its own.
 *
 * Covered by the process boundary: a call that throws, hangs, exits, prints, answers with anything or fills its heap costs
 * its own result and nothing else; the trainer's memory, its environment variables (keys, tokens) and its connections are
 * out of reach; only sources approved by content hash are imported.
 * Not covered in this version: the child has the user's rights. It can read and write files, use the network and start
 * programs; memory outside of V8's heap is not limited. That is why a module runs only after explicit approval.
 */
import { LabError } from '../../errors.ts'
import { ModuleProcess } from './moduleProcess.ts'
import type { ProcessLimits } from './moduleProcess.ts'
import type { ModuleMethod } from './moduleRpc.ts'
import type { ApprovedModule } from './trust.ts'

export interface ModuleLimits extends ProcessLimits {
  /** For starting the process and running the module's top level. */
  readonly startSeconds: number
}

export const MODULE_LIMITS: ModuleLimits = { startSeconds: 30, heapMegabytes: 512, answerBytes: 16 << 20 }

export interface CallOptions {
  /** Hard deadline, counted from the moment the call is handed to the module. */
  readonly seconds: number
  readonly signal?: AbortSignal
}

/** Calls run one after another; after a deadline the child is killed and the next call gets a fresh one. */
export class ModuleHost {
  readonly #module: ApprovedModule
  readonly #limits: ModuleLimits
  #child: ModuleProcess | undefined
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(module: ApprovedModule, limits: Partial<ModuleLimits> = {}) {
    this.#module = module
    this.#limits = { ...MODULE_LIMITS, ...limits }
  }

  /**
   * The module's answer, unchecked.
   * @throws LabError `sandbox/module-threw`, `sandbox/died`, `sandbox/deadline`, `sandbox/cancelled`.
   */
  call(method: ModuleMethod, args: readonly unknown[], options: CallOptions): Promise<unknown> {
    const answer = this.#last.then(() => this.#run(method, args, options))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  /** Kills the child; calls still waiting are rejected. */
  close(): void {
    this.#closed = true
    this.#drop()
  }

  async #run(method: ModuleMethod, args: readonly unknown[], { seconds, signal }: CallOptions): Promise<unknown> {
    if (this.#closed || signal?.aborted) throw cancelled()
    try {
      const child = this.#child ?? (await this.#start(signal))
      return await this.#limited(child, child.call({ method, args }), seconds, signal)
    } catch (error) {
      if (!LabError.is(error, 'sandbox/module-threw')) this.#drop()
      throw error
    }
  }

  async #start(signal: AbortSignal | undefined): Promise<ModuleProcess> {
    const child = new ModuleProcess(this.#module, this.#limits)
    this.#child = child
    try {
      await this.#limited(child, child.load(this.#module), this.#limits.startSeconds, signal)
    } catch (error) {
      this.#drop()
      throw error
    }
    return child
  }

  async #limited<T>(child: ModuleProcess, work: Promise<T>, seconds: number, signal: AbortSignal | undefined): Promise<T> {
    let stop: (error: LabError) => void = () => undefined
    const stopped = new Promise<never>((_, reject) => { stop = reject })
    const timer = setTimeout(() => stop(tooLate(seconds)), seconds * 1000)
    const cancel = (): void => stop(cancelled())
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      return await Promise.race([work, stopped])
    } catch (error) {
      // The work may reject once more when the process goes; its error has been told already.
      work.catch(() => undefined)
      if (LabError.is(error, 'sandbox/deadline') || LabError.is(error, 'sandbox/cancelled')) child.kill()
      throw error
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    }
  }

  #drop(): void {
    this.#child?.kill()
    this.#child = undefined
  }
}

function tooLate(seconds: number): LabError {
  return new LabError('sandbox', 'sandbox/deadline', `the module took longer than ${seconds} s and was killed`, {
    remedy: 'Make it faster or raise rewardDeadlineSeconds.'
  })
}

function cancelled(): LabError {
  return new LabError('sandbox', 'sandbox/cancelled', 'cancelled', { remedy: 'Resume the run.' })
}
