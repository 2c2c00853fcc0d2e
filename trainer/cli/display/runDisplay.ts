import type { RunEvent } from '../../protocol/events.ts'

/** Shows a run while it goes on. */
export interface RunDisplay {
  event(event: RunEvent): void
  /** Cheats tried on the rewards, before the run begins. */
  checking(done: number, of: number): void
  /** A word of the command line itself, such as what Ctrl-C does. */
  notice(text: string): void
  /** Leaves the terminal as other programs expect it. */
  end(): void
}
