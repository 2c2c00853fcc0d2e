import { availableParallelism } from 'node:os'
import { ModuleHost } from './moduleHost.ts'
import type { CallOptions, ModuleLimits } from './moduleHost.ts'
import type { ModuleMethod } from './moduleRpc.ts'
import type { ApprovedModule } from './trust.ts'

/** Each process takes about 50 MB before the module's own. */
const MOST_PROCESSES = 4

interface Worker {
  readonly host: ModuleHost
  /** Calls handed to it and not answered yet. */
  waiting: number
}

/**
 * Several processes of one module, for calls that do not depend on each other: a slow reward holds up its own process alone.
 * Another process is started when all that run are busy. Calls of one process run one after another.
 */
export class ModulePool {
  readonly #start: () => ModuleHost
  readonly #most: number
  readonly #workers: Worker[] = []
  #closed = false

  constructor(module: ApprovedModule, options: { readonly most?: number; readonly limits?: Partial<ModuleLimits> } = {}) {
    this.#start = () => new ModuleHost(module, options.limits)
    this.#most = options.most ?? Math.min(availableParallelism(), MOST_PROCESSES)
  }

  /** As `ModuleHost.call`. */
  async call(method: ModuleMethod, args: readonly unknown[], options: CallOptions): Promise<unknown> {
    const worker = this.#freest()
    worker.waiting++
    try {
      return await worker.host.call(method, args, options)
    } finally {
      worker.waiting--
    }
  }

  close(): void {
    this.#closed = true
    for (const { host } of this.#workers) host.close()
  }

  #freest(): Worker {
    const [first, ...others] = this.#workers
    const freest = others.reduce((best, worker) => (worker.waiting < best.waiting ? worker : best), first ?? this.#another())
    return freest.waiting > 0 && this.#workers.length < this.#most ? this.#another() : freest
  }

  #another(): Worker {
    const worker = { host: this.#start(), waiting: 0 }
    if (this.#closed) worker.host.close()
    this.#workers.push(worker)
    return worker
  }
}
