import { durationText } from '../charts/numberText.ts'
import type { ViewConnection } from '../connection/connectView.ts'
import { toViewError } from '../connection/viewError.ts'
import type { ViewError } from '../connection/viewError.ts'
import type { Completion, PlaygroundNotices, PlaygroundRequests, PlaygroundStart, SampleRequest } from '../protocol/playground.ts'
import { readKept, toKeep } from './keptCompletions.ts'
import { mistakesIn, readParameters, readSaved, STARTING } from './parameters.ts'
import type { Typed } from './parameters.ts'

export type PlaygroundConnection = ViewConnection<PlaygroundRequests, PlaygroundNotices>

/** What was asked and is not answered yet. */
type Asked = SampleRequest & { readonly id: string }

/** Texts that are being written are kept so often. */
const SAVE_PAUSE_MS = 1000
const ENDED_WITH_WINDOW = 'the window was closed or reloaded'

/** The prompt, its parameters and the completions, which go on being written while the page is hidden. */
export class PlaygroundModel {
  start: Pick<PlaygroundStart, 'label' | 'model'> = { label: '', model: '' }
  prompt = ''
  typed: Typed = STARTING
  /** Each at its own number, those that did not come yet undefined. */
  completions: readonly (Completion | undefined)[] = []
  /** Why completions that were begun were not finished; empty while they may be. */
  cut = ''
  problem: ViewError | undefined
  said = ''
  readonly #connection: PlaygroundConnection
  readonly #onChange: () => void
  #asked: Asked | undefined
  #giveUp: AbortController | undefined
  #saving: ReturnType<typeof setTimeout> | undefined

  constructor(connection: PlaygroundConnection, onChange: () => void) {
    this.#connection = connection
    this.#onChange = onChange
    connection.on('completion', (completion) => this.#show(completion))
  }

  get sampling(): boolean {
    return this.#asked !== undefined
  }

  /** Takes up what was kept; sampling that went on meanwhile is joined. */
  async begin(): Promise<void> {
    try {
      const { label, model, saved, pending } = await this.#connection.ask('ready', {})
      this.start = { label, model }
      const { prompt, typed } = readSaved(saved)
      // What was typed meanwhile stays.
      if (this.prompt === '') this.prompt = prompt
      this.typed = typed
      if (!this.#asked) this.#takeUp(saved, pending)
    } catch (error) {
      this.problem = toViewError(error)
    }
    this.#onChange()
  }

  #takeUp(saved: unknown, pending: string | undefined): void {
    const { completions, cut, asked } = (typeof saved === 'object' && saved !== null ? saved : {}) as { completions?: unknown; cut?: unknown; asked?: unknown }
    this.completions = readKept(completions)
    this.cut = typeof cut === 'string' ? cut : ''
    if (!isAsked(asked)) return
    if (asked.id === pending) return void this.#run(asked)
    this.cut = ENDED_WITH_WINDOW
    this.said = `Not finished: ${ENDED_WITH_WINDOW}. Sample again for the rest.`
  }

  async sample(): Promise<void> {
    const parameters = readParameters(this.typed)
    if (!parameters || this.prompt === '' || this.sampling) return
    this.completions = []
    await this.#run({ id: crypto.randomUUID(), prompt: this.prompt, ...parameters })
  }

  async #run(asked: Asked): Promise<void> {
    const { count } = asked
    const giveUp = new AbortController()
    Object.assign(this, { problem: undefined, cut: '', said: 'Sampling …' })
    this.#asked = asked
    this.#giveUp = giveUp
    this.completions = Array.from({ length: count }, (_, index) => this.completions[index])
    this.changed()
    try {
      const { seconds } = await this.#connection.ask('sample', asked, giveUp.signal)
      this.said = `${count} completion${count > 1 ? 's' : ''} in ${durationText(seconds)}.`
    } catch (error) {
      const { aborted } = giveUp.signal
      this.problem = aborted ? undefined : toViewError(error)
      this.cut = aborted ? 'cancelled' : 'sampling failed'
      this.said = aborted ? 'Cancelled.' : 'Sampling failed.'
    }
    this.#asked = undefined
    this.changed()
  }

  cancel(): void {
    this.#giveUp?.abort()
  }

  write(prompt: string): void {
    this.prompt = prompt
    this.changed()
  }

  type(typed: Typed): void {
    this.typed = typed
    this.changed()
  }

  get mistakes(): readonly string[] {
    return mistakesIn(this.typed)
  }

  /** A process that was cancelled may still have last words: they are none of the next one. */
  #show({ sample, ...completion }: PlaygroundNotices['completion']): void {
    if (sample !== this.#asked?.id || completion.index < 0 || completion.index >= this.completions.length) return
    this.completions = this.completions.map((known, index) => (index === completion.index ? completion : known))
    this.#saving ??= setTimeout(() => this.#save(), SAVE_PAUSE_MS)
    this.#onChange()
  }

  changed(): void {
    this.#save()
    this.#onChange()
  }

  #save(): void {
    clearTimeout(this.#saving)
    this.#saving = undefined
    const { prompt, typed, cut } = this
    this.#connection.saveState({ prompt, typed, cut, completions: toKeep(this.completions), ...(this.#asked && { asked: this.#asked }) })
  }
}

/** The page wrote it; only its id and how many there are to be matter to what it joins. */
function isAsked(value: unknown): value is Asked {
  if (typeof value !== 'object' || value === null) return false
  const { id, count } = value as Partial<Record<keyof Asked, unknown>>
  return typeof id === 'string' && typeof count === 'number'
}
