import { LabError } from '../errors.ts'
import type { Language } from '../protocol/execution.ts'
import { openSandboxes } from '../sandbox/executing/openSandboxes.ts'
import type { RewardSandboxes } from '../sandbox/modules/userModules.ts'
import type { Sandbox, SandboxBackend } from '../sandbox/sandbox.ts'

/** Sandboxes for reward files: tried and opened when a file first needs one. Whoever made this closes it. */
export class RewardBackends implements RewardSandboxes {
  readonly #backends: () => readonly SandboxBackend[]
  readonly #plain: (() => SandboxBackend) | undefined
  readonly #found = new Map<Language | 'plain', Promise<Sandbox | undefined>>()

  /** @param plain a plain process, for what was approved by its content. */
  constructor(backends: () => readonly SandboxBackend[], plain?: () => SandboxBackend) {
    this.#backends = backends
    this.#plain = plain
  }

  find(language: Language): Promise<Sandbox | undefined> {
    return this.#once(language, () => this.#open(this.#backends().filter(({ name }) => name !== 'unsafe'), language))
  }

  unconfined(language: Language): Promise<Sandbox | undefined> {
    return this.#once('plain', () => this.#open(this.#plain ? [this.#plain()] : [], language))
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#found.values())
    this.#found.clear()
    await Promise.all(opened.map((one) => (one.status === 'fulfilled' ? one.value?.close() : undefined)))
  }

  #once(key: Language | 'plain', open: () => Promise<Sandbox | undefined>): Promise<Sandbox | undefined> {
    const found = this.#found.get(key) ?? open()
    this.#found.set(key, found)
    return found
  }

  async #open(backends: readonly SandboxBackend[], language: Language): Promise<Sandbox | undefined> {
    try {
      return (await openSandboxes(backends, [{ kind: 'code', language, styles: ['call'] }])).sandboxes[0]
    } catch (error) {
      if (LabError.is(error, 'sandbox/no-backend')) return undefined
      throw error
    }
  }
}
