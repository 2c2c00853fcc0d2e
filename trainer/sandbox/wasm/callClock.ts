import { longestCall } from '../stalls.ts'

/** Time of one call in WebAssembly, where nothing can wait: what the machine kept from it shows as time without CPU. */
export class CallClock {
  readonly #wall: () => number
  readonly #cpu: () => number
  readonly #started: number
  readonly #cpuStarted: number

  /** @param wall and `cpu` both in seconds; by default of this process. */
  constructor(wall = wallClock, cpu = cpuClock) {
    this.#wall = wall
    this.#cpu = cpu
    this.#started = wall()
    this.#cpuStarted = cpu()
  }

  get seconds(): number {
    return this.#wall() - this.#started
  }

  /** Asking for it is a system call. */
  get cpuSeconds(): number {
    return this.#cpu() - this.#cpuStarted
  }

  /** Whether the wall time is over, in CPU time or in so much time that no stall explains it. */
  isLate(wallSeconds: number): boolean {
    const { seconds } = this
    return seconds > wallSeconds && (seconds > longestCall({ wallSeconds }) || this.cpuSeconds > wallSeconds)
  }
}

const wallClock = (): number => performance.now() / 1000

function cpuClock(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
