import type { z } from 'zod'
import type { CONTROL_NOTICES, ControlNotice } from '../protocol/control.ts'

export type NoticeParams<N extends ControlNotice> = z.infer<(typeof CONTROL_NOTICES)[N]>
export type Notice = { [N in ControlNotice]: { readonly notice: N; readonly params: NoticeParams<N> } }[ControlNotice]

/** A notice on its way to one client. */
export interface QueuedNotice {
  readonly item: Notice
  /** Characters as JSON. */
  readonly size: number
}

/** What may wait for one client, in characters of JSON. */
export const QUEUE_LIMIT = 4_000_000

/**
 * What waits for one client, bounded whatever the client does. Of partial texts, states, roles, requests to steer and counts of recorded
 * rollouts only the newest waits; where room is short partial texts go first. Events are never dropped: a client that lets
 * more of them wait than the limit allows has `overflowed` and has to read the run directory instead.
 */
export class NoticeQueue {
  readonly #waiting = new Map<string, QueuedNotice>()
  readonly #limit: number
  #size = 0
  #events = 0
  #overflowed = false

  constructor(limit = QUEUE_LIMIT) {
    this.#limit = limit
  }

  get overflowed(): boolean {
    return this.#overflowed
  }

  get length(): number {
    return this.#waiting.size
  }

  push(queued: QueuedNotice): void {
    if (this.#overflowed) return
    const key = keyOf(queued.item) ?? `event ${this.#events++}`
    this.#remove(key)
    this.#waiting.set(key, queued)
    this.#size += queued.size
    if (this.#size > this.#limit) this.#makeRoom()
  }

  take(): Notice | undefined {
    const [first] = this.#waiting
    if (!first) return undefined
    this.#remove(first[0])
    return first[1].item
  }

  #remove(key: string): void {
    this.#size -= this.#waiting.get(key)?.size ?? 0
    this.#waiting.delete(key)
  }

  #makeRoom(): void {
    for (const [key, { item }] of this.#waiting) {
      if (this.#size <= this.#limit) return
      if (item.notice === 'partial') this.#remove(key)
    }
    if (this.#size <= this.#limit) return
    this.#overflowed = true
    this.#waiting.clear()
    this.#size = 0
  }
}

/** Notices with the same key replace each other; events have none. */
function keyOf({ notice, params }: Notice): string | undefined {
  switch (notice) {
    case 'event': return undefined
    case 'partial': return `partial ${params.kind} ${params.step} ${params.group} ${params.sampleIndex}`
    case 'recorded': return `recorded ${params.kind} ${params.step}`
    case 'state':
    case 'role':
    case 'asked': return notice
  }
}
