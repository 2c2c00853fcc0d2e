/** Longest time between two signs of life that still counts as reading, in milliseconds; more is a pause. */
const PAUSE = 60_000

/** Seconds that people read each trace, pauses left out: from when it was shown, whatever they do in it is a sign of life. */
export class ReadingTime {
  private readonly now: () => number
  private readonly read = new Map<string, number>()
  private shown: string | undefined
  private last = 0

  /** @param now milliseconds, never going back. */
  constructor(now: () => number) {
    this.now = now
  }

  /** Something was done in the trace with this key; undefined = elsewhere. */
  alive(key: string | undefined): void {
    const now = this.now()
    const passed = now - this.last
    if (this.shown !== undefined && passed <= PAUSE) this.read.set(this.shown, (this.read.get(this.shown) ?? 0) + passed)
    this.shown = key
    this.last = now
  }

  /** Seconds so far, to a tenth. */
  seconds(key: string): number {
    if (key === this.shown) this.alive(key)
    return Math.round((this.read.get(key) ?? 0) / 100) / 10
  }

  /** The trace was labelled or closed: what comes next counts from nought. */
  forget(key: string): void {
    this.read.delete(key)
  }
}
