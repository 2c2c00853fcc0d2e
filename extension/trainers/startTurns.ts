import fs from 'node:fs'
import { isRunningHere } from '../../trainer/stores/processIdentity.ts'
import type { QueuedStart } from '../contracts/trainers.ts'
import { CPU } from './deviceOf.ts'
import type { DeviceName } from './deviceOf.ts'
import type { SharedQueue } from './sharedQueue.ts'
import { asQueued } from './startQueue.ts'
import type { Waiting } from './startQueue.ts'
import { logOf } from './startTrainer.ts'
import type { TrainerList } from './trainerList.ts'

export interface StartTurnsParts {
  readonly queue: Pick<SharedQueue, 'waiting'>
  readonly trainers: Pick<TrainerList, 'busy' | 'has'>
  /** The extension's own folder for the logs. */
  readonly storage: string
  readonly runsPerDevice: () => number
}

type OfDevice = Pick<Waiting, 'device'>
const deviceOf = ({ device = CPU }: OfDevice): DeviceName => device

/** Whose turn it is: which devices have room, and what of the queue waits for one. */
export class StartTurns {
  readonly #parts: StartTurnsParts
  /** What this window starts at once: it stands in the queue, and does not wait. */
  atOnce: string | undefined

  constructor(parts: StartTurnsParts) {
    this.#parts = parts
  }

  /** Nothing runs or waits that a start on this device would have to wait for. */
  isFree(start: OfDevice): boolean {
    const device = deviceOf(start)
    return this.#hasRoom(device) && !this.#parts.queue.waiting.some((item) => deviceOf(item) === device)
  }

  get waiting(): readonly Waiting[] {
    return this.#parts.queue.waiting.filter(({ id }) => id !== this.atOnce)
  }

  get shown(): readonly QueuedStart[] {
    return this.waiting.map((item) => asQueued(item, this.#isOrdered(item)))
  }

  /** The first that waits for a device with room. */
  get next(): Waiting | undefined {
    return this.waiting.find((item) => !this.#isOrdered(item) && this.#hasRoom(deviceOf(item)))
  }

  /** Whose trainer was given its order: by a window that starts it now, and while none does by one that went before it could take it out. */
  get ordered(): readonly Waiting[] {
    return this.waiting.filter((item) => this.#isOrdered(item))
  }

  /** What stands in the queue with nothing more to be made of it: its trainer works, or has ended, and its window did not take it out. */
  get leftOver(): readonly Waiting[] {
    return this.ordered.filter((item) => !this.isPreparing(item))
  }

  /** Its trainer lives and has not entered itself yet: it needs its device, whether the window that made it is still there or not. */
  isPreparing({ id, trainer }: Waiting): boolean {
    return trainer !== undefined && isRunningHere(trainer) && !this.#parts.trainers.has(id)
  }

  /** Its trainer was given its order. */
  #isOrdered(item: Waiting): boolean {
    return fs.existsSync(logOf(this.#parts.storage, item))
  }

  #hasRoom(device: DeviceName): boolean {
    const { queue, trainers, runsPerDevice } = this.#parts
    const preparing = queue.waiting.filter((item) => deviceOf(item) === device && this.isPreparing(item)).length
    return trainers.busy(device) + preparing < runsPerDevice()
  }
}
