import type { ControlRole } from '../protocol/control.ts'

/** A client as far as steering goes. */
export interface Steerer {
  readonly name: string
  /** Asked for it when it came: gets it when the holder leaves. */
  readonly wantsToSteer: boolean
  /** Steered before it let go because nobody seemed to sit at it. */
  readonly back: boolean
  roleChanged(role: ControlRole, holder: string | undefined): void
  /** Another client is there that would like to steer. */
  asked(client: string): void
}

/** The holder finds out whether anybody sits at it when it is asked: not more often than this for a client that just stays. */
const ASK_AGAIN_MILLISECONDS = 30_000

/** One client steers, the others watch. */
export class Steering {
  readonly #clients = new Set<Steerer>()
  readonly #now: () => number
  #holder: Steerer | undefined
  /** Whether people or the first attach made the holder what it is; one that inherited gives way to whom it inherited from. */
  #claimed = false
  #askedAt = -Infinity
  #heardAt = -Infinity

  /** @param now milliseconds of a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  get holder(): string | undefined {
    return this.#holder?.name
  }

  roleOf(client: Steerer): ControlRole {
    return client === this.#holder ? 'steering' : 'watching'
  }

  /** The newcomer learns its role from the answer to `hello`, the others from a notice. */
  join(client: Steerer): void {
    this.#clients.add(client)
    if (!client.wantsToSteer) return
    if (this.#holder && (this.#claimed || !client.back)) return this.#ask(this.#holder, client)
    this.#claimed = true
    this.#give(client, client)
  }

  /** The client shows that it is still there: people whose window watches since long may be the only ones left. */
  stays(client: Steerer): void {
    if (this.#holder === client) this.#heardAt = this.#now()
    if (!this.#holder || this.#holder === client || !client.wantsToSteer) return
    if (this.#now() - this.#askedAt < ASK_AGAIN_MILLISECONDS) return
    // Clients show every few seconds that they are there: a holder that has not since it was asked is stuck.
    if (this.#heardAt <= this.#askedAt) this.take(client)
    else this.#ask(this.#holder, client)
  }

  leave(client: Steerer): void {
    this.#clients.delete(client)
    if (this.#holder !== client) return
    this.#claimed = false
    this.#give([...this.#clients].find(({ wantsToSteer }) => wantsToSteer))
  }

  take(client: Steerer): void {
    this.#claimed = true
    if (this.#holder !== client) this.#give(client)
  }

  /** People at the holder did something with it. */
  used(): void {
    this.#claimed = true
  }

  #ask(holder: Steerer, client: Steerer): void {
    this.#askedAt = this.#now()
    holder.asked(client.name)
  }

  #give(client: Steerer | undefined, untold?: Steerer): void {
    this.#holder = client
    this.#heardAt = this.#now()
    for (const one of this.#clients) if (one !== untold) one.roleChanged(this.roleOf(one), this.holder)
  }
}
