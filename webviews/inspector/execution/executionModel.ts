import type { ExecutionCard, TestRow } from '../../../trainer/protocol/rolloutViews.ts'
import { isCancelled, toViewError } from '../../connection/viewError.ts'
import type { ViewError } from '../../connection/viewError.ts'
import type { RolloutPlace, RunAgain } from '../../protocol/inspector.ts'
import type { Connection } from '../inspectorModel.ts'

/** Tests read at first, and by each "show more". */
export const TESTS_PAGE = 100

/** The executions of one rollout: which turn is shown, its tests as far as they were read, and a second execution of it. */
export class ExecutionModel {
  /** Undefined until they were read; empty where the rollout is no program. */
  cards: readonly ExecutionCard[] | undefined
  turn = 1
  failingOnly = false
  tests: readonly TestRow[] = []
  /** Tests that there are to read. */
  count = 0
  error: ViewError | undefined
  running = false
  again: RunAgain | undefined
  againError: ViewError | undefined
  #place: RolloutPlace | undefined
  #reading: AbortController | undefined
  #executing: AbortController | undefined
  readonly #connection: Pick<Connection, 'ask' | 'query'>
  readonly #onChange: () => void

  constructor(connection: Pick<Connection, 'ask' | 'query'>, onChange: () => void) {
    this.#connection = connection
    this.#onChange = onChange
  }

  get card(): ExecutionCard | undefined {
    return this.cards?.find(({ turn }) => turn === this.turn)
  }

  /** Where the shown turn is, for the host. */
  get attempt() {
    return { run: this.#place?.run ?? '', id: this.#place?.id ?? '', turn: this.turn }
  }

  /** Reads the executions of a rollout; the last turn is the one that was scored. A second execution that went on while the page was hidden is joined. */
  async open(place: RolloutPlace): Promise<void> {
    this.cancel()
    this.#place = place
    this.cards = undefined
    this.#forgetTests()
    await this.#read(async (signal) => {
      const cards = await this.#connection.query('rollouts/executions', place, signal)
      const pending = cards.length === 0 ? null : await this.#connection.ask('pendingRunAgain', place, signal)
      if (signal.aborted) return
      this.cards = cards
      this.turn = pending ?? cards.at(-1)?.turn ?? 1
      if (pending !== null) void this.runAgain()
      if (cards.length > 0) await this.#readTests(signal)
    })
  }

  async chooseTurn(turn: number): Promise<void> {
    this.cancel()
    this.turn = turn
    this.#forgetTests()
    await this.#read((signal) => this.#readTests(signal))
  }

  async showFailing(failingOnly: boolean): Promise<void> {
    this.failingOnly = failingOnly
    this.tests = []
    await this.#read((signal) => this.#readTests(signal))
  }

  more(): Promise<void> {
    return this.#read((signal) => this.#readTests(signal))
  }

  /** Tries the last reading again. */
  retry(): Promise<void> {
    return this.cards === undefined && this.#place ? this.open(this.#place) : this.more()
  }

  async runAgain(): Promise<void> {
    if (this.running) return
    const executing = new AbortController()
    this.#executing = executing
    Object.assign(this, { running: true, again: undefined, againError: undefined })
    this.#onChange()
    try {
      const again = await this.#connection.ask('runAgain', this.attempt, executing.signal)
      if (this.#executing === executing) this.again = again
    } catch (error) {
      if (this.#executing === executing && !isCancelled(error)) this.againError = toViewError(error)
    } finally {
      if (this.#executing === executing) {
        this.running = false
        this.#onChange()
      }
    }
  }

  /** Ends a second execution, and forgets it. */
  cancel(): void {
    this.#executing?.abort()
    this.#executing = undefined
    Object.assign(this, { running: false, again: undefined, againError: undefined })
    this.#onChange()
  }

  close(): void {
    this.#reading?.abort()
    this.#executing?.abort()
  }

  #forgetTests(): void {
    this.tests = []
    this.count = 0
  }

  async #readTests(signal: AbortSignal): Promise<void> {
    const asked = { ...this.attempt, failing: this.failingOnly, offset: this.tests.length, limit: TESTS_PAGE }
    const { count, tests } = await this.#connection.query('rollouts/tests', asked, signal)
    if (signal.aborted) return
    this.count = count
    this.tests = [...this.tests, ...tests]
  }

  async #read(read: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#reading?.abort()
    const reading = new AbortController()
    this.#reading = reading
    this.error = undefined
    try {
      await read(reading.signal)
    } catch (error) {
      if (!reading.signal.aborted) this.error = toViewError(error)
    }
    if (!reading.signal.aborted) this.#onChange()
  }
}
