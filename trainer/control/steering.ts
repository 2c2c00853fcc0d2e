import type { ControlRole } from '../protocol/control.ts'

/** A client as far as steering goes. */
export interface Steerer {
  readonly name: string
  /** Asked for it when it came: gets it when the holder leaves. */
  readonly wantsToSteer: boolean
  roleChanged(role: ControlRole, holder: string | undefined): void
  /** Another client came that would like to steer. */
  asked(client: string): void
}

/** One client steers, the others watch. */
export class Steering {
  readonly #clients = new Set<Steerer>()
  #holder: Steerer | undefined

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
    if (this.#holder) this.#holder.asked(client.name)
    else this.#give(client, client)
  }

  leave(client: Steerer): void {
    this.#clients.delete(client)
    if (this.#holder === client) this.#give([...this.#clients].find(({ wantsToSteer }) => wantsToSteer))
  }

  take(client: Steerer): void {
    if (this.#holder !== client) this.#give(client)
  }

  #give(client: Steerer | undefined, untold?: Steerer): void {
    this.#holder = client
    for (const one of this.#clients) if (one !== untold) one.roleChanged(this.roleOf(one), this.holder)
  }
}
