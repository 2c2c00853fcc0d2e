import { randomBytes } from 'node:crypto'
import { pipePath } from '../../trainer/control/pipePath.ts'
import type { TrainerOrder } from '../../trainer/protocol/control.ts'
import { identityOf, ownIdentity } from '../../trainer/stores/processIdentity.ts'
import { CPU } from './deviceOf.ts'
import type { SharedQueue } from './sharedQueue.ts'
import { consentsOf } from './startQueue.ts'
import type { StartQueue, Waiting } from './startQueue.ts'
import { startTrainer } from './startTrainer.ts'
import type { TrainerProgram } from './startTrainer.ts'
import type { TrainerList } from './trainerList.ts'

export interface StartMakerParts {
  readonly program: TrainerProgram
  /** The extension's own folder for the logs. */
  readonly storage: string
  readonly queue: SharedQueue
  readonly trainers: Pick<TrainerList, 'folder' | 'lookFor' | 'nameOf'>
  readonly log: (line: string) => void
}

/** Makes the starts of this window, one at a time. */
export class StartMaker {
  readonly #parts: StartMakerParts
  /** What is being started; taken out of the queue it is cancelled. */
  #making: { readonly id: string; readonly removed: AbortController } | undefined

  constructor(parts: StartMakerParts) {
    this.#parts = parts
  }

  /** To be called whenever the queue has changed, in whichever window. */
  cancelWhereRemoved(): void {
    if (this.#making && !this.#parts.queue.has(this.#making.id)) this.#making.removed.abort()
  }

  /** It stands in the queue until its trainer lives: should this window go before that, another one starts it. Answers the run's directory as this window calls it. */
  async make(item: Waiting, signal?: AbortSignal): Promise<string> {
    const { program, storage, trainers } = this.#parts
    const removed = new AbortController()
    this.#making = { id: item.id, removed }
    try {
      const cancelling = signal ? AbortSignal.any([signal, removed.signal]) : removed.signal
      const { directory } = await startTrainer(program, orderOf(item, trainers.folder), storage, { pythons: item.pythons, signal: cancelling, spawned: (pid) => this.#notePrepared(item, pid) })
      this.#making = undefined
      await trainers.lookFor(item.id)
      return trainers.nameOf(directory)
    } finally {
      this.#making = undefined
      await this.#takeOut(item)
    }
  }

  /** Where the disk is full it stays for now: its log tells that it was started. */
  #takeOut({ id, label }: Waiting): Promise<void> {
    return this.#changeOrLog((queue) => queue.remove(id), `The start of ${label} could not be taken out of the queue`)
  }

  /** For the next window, should this one go before the run has begun. */
  #notePrepared({ id, label }: Waiting, pid: number): Promise<void> {
    return this.#changeOrLog((queue) => queue.prepared(id, identityOf(pid), ownIdentity()), `The process that starts ${label} could not be noted in the queue`)
  }

  async #changeOrLog(change: (queue: StartQueue) => void, failed: string): Promise<void> {
    try {
      await this.#parts.queue.change(change)
    } catch (error) {
      this.#parts.log(`${failed}: ${String(error)}`)
    }
  }
}

/** What the trainer of a start is told. @param folder the registry's */
export function orderOf({ id, directory, request, asksGit, device = CPU }: Waiting, folder: string): TrainerOrder {
  const by = { registry: folder, id, device, pipe: pipePath(folder, id), token: randomBytes(32).toString('hex') }
  const consents = consentsOf(request)
  if ('resume' in request) return { kind: 'resume', directory, asksGit, ...consents, ...by }
  const { file, text, overrides, seed } = request
  return { kind: 'launch', file, ...(text !== undefined && { text }), overrides, directory, asksGit, ...(seed !== undefined && { seed }), ...consents, ...by }
}
