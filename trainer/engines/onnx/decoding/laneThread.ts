import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { LabError } from '../../../errors.ts'
import { fromWireError } from '../../wireError.ts'
import type { SampleEvents } from '../../engine.ts'
import type { FromLane, LaneModel, LaneSample, ToLane } from './laneMessages.ts'

/** The lane's program beside the running code: TypeScript source in a working tree, one bundle when installed. */
function startWorker(runningCode: string = import.meta.url): Worker {
  const program = runningCode.endsWith('.ts') ? 'decodeLaneFromSource.mjs' : 'decodeLane.mjs'
  return new Worker(join(dirname(fileURLToPath(runningCode)), program), { execArgv: [] })
}

interface Waiting {
  readonly events: SampleEvents
  readonly resolve: (weights: ArrayBuffer) => void
  readonly reject: (error: Error) => void
}

const died = (how: string, cause?: unknown): LabError =>
  new LabError('engine', 'engine/lane-died', `A decoding thread ended: ${how}`, { cause, remedy: 'Do the call again, which starts another; if it keeps happening, look at the free memory.' })

/** A flat vector, and a number that changes whenever its numbers do. */
export interface Weights {
  readonly values: Float32Array
  readonly version: number
}

/** A worker thread that samples; one call at a time. It keeps no process alive while it has nothing to do. */
export class LaneThread {
  private readonly worker: Worker
  private readonly exited: Promise<void>
  private waiting: Waiting | undefined
  private death: LabError | undefined
  /** The lane's copy, which is here between calls; none before the first call and after a failed one. */
  private weights: { readonly buffer: ArrayBuffer; readonly version: number } | undefined

  constructor(model: LaneModel) {
    this.worker = startWorker()
    this.exited = new Promise((resolve) => this.worker.once('exit', (code) => {
      this.end(died(`exit code ${code}`))
      resolve()
    }))
    this.worker.on('error', (error: Error) => this.end(died(error.message, error)))
    this.worker.on('message', (message: FromLane) => this.take(message))
    this.tell({ kind: 'open', model })
    this.worker.unref()
  }

  get alive(): boolean {
    return this.death === undefined
  }

  /** Rejects with what the lane's sampler rejects with, or with `engine/lane-died`. */
  async sample(request: Omit<LaneSample, 'kind' | 'weights'>, weights: Weights, events: SampleEvents): Promise<void> {
    if (this.death) throw this.death
    const own = this.withNumbersOf(weights)
    this.weights = undefined
    this.worker.ref()
    try {
      const buffer = await new Promise<ArrayBuffer>((resolve, reject) => {
        this.waiting = { events, resolve, reject }
        this.tell({ kind: 'sample', weights: own, ...request }, [own])
      })
      this.weights = { buffer, version: weights.version }
    } finally {
      this.waiting = undefined
      this.worker.unref()
    }
  }

  private withNumbersOf({ values, version }: Weights): ArrayBuffer {
    const buffer = this.weights?.buffer ?? new ArrayBuffer(values.byteLength)
    if (this.weights?.version !== version) new Float32Array(buffer).set(values)
    return buffer
  }

  /** Asks the thread to end and waits: ending it by force within a native call aborts the process. */
  async close(): Promise<void> {
    this.worker.ref()
    this.tell({ kind: 'close' })
    await this.exited
  }

  private tell(message: ToLane, moved: ArrayBuffer[] = []): void {
    this.worker.postMessage(message, moved)
  }

  private take(message: FromLane): void {
    switch (message.kind) {
      case 'finished': return this.waiting?.events.finished?.(message.completion)
      case 'partial': return this.waiting?.events.partial?.(message.parts)
      case 'done': return this.waiting?.resolve(message.weights)
      case 'failed': return this.waiting?.reject(fromWireError(message.error))
    }
  }

  private end(error: LabError): void {
    this.death ??= error
    this.waiting?.reject(this.death)
  }
}
