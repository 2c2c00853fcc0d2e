import { SuggestionFailure } from './failures.ts'

/** What one batch may take. */
export interface Caps {
  readonly requests: number
  /** Of prompts and answers together. */
  readonly tokens: number
  /** In the currency of the prices. */
  readonly cost: number
}

/** Per million tokens; 0 = free or unknown, and the cap on cost then bounds nothing. */
export interface Prices {
  readonly input: number
  readonly output: number
}

/** Tokens of a request, as counted by who answered it. */
export interface Usage {
  readonly input: number
  readonly output: number
}

/** More tokens than tokenizers make of a text of any language but the rarest: one for three bytes. */
export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 3)

export const costOf = ({ input, output }: Usage, prices: Prices): number => (input * prices.input + output * prices.output) / 1_000_000

/** Keeps one batch under its caps: what a request may take at most is set aside before it is sent. */
export class Budget {
  readonly #caps: Caps
  readonly #prices: Prices
  #requests = 0
  #tokens = 0
  #cost = 0

  constructor(caps: Caps, prices: Prices) {
    this.#caps = caps
    this.#prices = prices
  }

  get spent(): { readonly requests: number; readonly tokens: number; readonly cost: number } {
    return { requests: this.#requests, tokens: this.#tokens, cost: this.#cost }
  }

  /** Sets a request aside. @throws SuggestionFailure `overCap`, and nothing is set aside */
  reserve(most: Usage): void {
    const { requests, tokens, cost } = this.#caps
    if (this.#requests + 1 > requests) throw over(`${requests} requests`)
    if (this.#tokens + most.input + most.output > tokens) throw over(`${tokens} tokens`)
    if (this.#cost + costOf(most, this.#prices) > cost) throw over(`a cost of ${cost}`)
    this.#requests++
    this.#add(most, 1)
  }

  /** One more send of a prompt that was turned away. @throws SuggestionFailure `overCap` */
  again(): void {
    if (this.#requests + 1 > this.#caps.requests) throw over(`${this.#caps.requests} requests`)
    this.#requests++
  }

  /** What it really took, where that is known. */
  settle(most: Usage, used: Usage): void {
    this.#add(most, -1)
    this.#add(used, 1)
  }

  #add(usage: Usage, sign: 1 | -1): void {
    this.#tokens += sign * (usage.input + usage.output)
    this.#cost += sign * costOf(usage, this.#prices)
  }
}

const over = (what: string): SuggestionFailure => new SuggestionFailure('overCap', `The cap of the batch, ${what}, is reached. Settings: Rollout Lab › Suggestions.`)
