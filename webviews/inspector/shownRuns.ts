import type { RunCard, RunDetails } from '../../trainer/protocol/runViews.ts'
import type { CommonNotices } from '../protocol/connection.ts'
import type { Connection } from './inspectorModel.ts'

type Change = CommonNotices['changed']

/** What is written about a run itself: its state, name, notes and summary. */
const ABOUT_RUN: ReadonlySet<Change['what'][number]> = new Set(['state', 'summary'])
/** A run that trains writes its state at every step, many times a second where they are short. */
const REST_MS = 2000
const resting = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, REST_MS))

/** The runs that the inspector is of, read again when something is written about them, and when they are back. */
export class ShownRuns {
  cards: readonly RunCard[]
  /** Directories that were deleted or moved while they were shown, and are not back. */
  gone: readonly string[] = []
  readonly #connection: Pick<Connection, 'query'>
  readonly #onChange: () => void
  readonly #onBack: () => void
  readonly #rest: () => Promise<void>
  readonly #details = new Map<string, RunDetails>()
  /** Those that could not be read at the last look. */
  readonly #unread = new Set<string>()
  /** Readings that go on, with the rest behind them; one that is given up is taken out. */
  readonly #reading = new Map<string, { again: boolean }>()

  /** @param onBack called when a run can be read that could not be before @param rest what passes before a run is read again */
  constructor(connection: Pick<Connection, 'query'>, cards: readonly RunCard[], onChange: () => void, onBack: () => void, rest = resting) {
    this.#connection = connection
    this.cards = cards
    this.#onChange = onChange
    this.#onBack = onBack
    this.#rest = rest
  }

  /** As far as they were read. */
  get details(): readonly RunDetails[] {
    return this.cards.flatMap(({ directory }) => this.#details.get(directory) ?? [])
  }

  has(directory: string): boolean {
    return this.cards.some((card) => card.directory === directory)
  }

  readAll(): void {
    for (const { directory } of this.cards) this.#want(directory)
  }

  changed({ run, what }: Change): void {
    if (run === undefined || !this.has(run)) return
    if (what.includes('gone')) {
      this.gone = [...new Set([...this.gone, run])]
      // What is still to come was read before it went.
      this.#reading.delete(run)
      this.#onChange()
    } else if (this.gone.includes(run) || this.#unread.has(run) || what.some((aspect) => ABOUT_RUN.has(aspect))) this.#want(run)
  }

  #want(run: string): void {
    const reading = this.#reading.get(run)
    if (reading) reading.again = true
    else void this.#read(run)
  }

  async #read(run: string): Promise<void> {
    const reading = { again: false }
    this.#reading.set(run, reading)
    const details = await this.#connection.query('runs/details', { run }).catch(() => undefined)
    if (this.#reading.get(run) !== reading) return
    if (details) this.#took(run, details)
    else this.#unread.add(run)
    if (details) await this.#rest()
    if (this.#reading.get(run) !== reading) return
    this.#reading.delete(run)
    if (reading.again) void this.#read(run)
  }

  #took(run: string, details: RunDetails): void {
    const back = this.#unread.delete(run) || this.gone.includes(run)
    this.gone = this.gone.filter((directory) => directory !== run)
    this.cards = this.cards.map((card) => (card.directory === run ? details.card : card))
    this.#details.set(run, details)
    this.#onChange()
    if (back) this.#onBack()
  }
}
