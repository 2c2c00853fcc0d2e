import type { SecretStorage } from 'vscode'

/** Keys of endpoints, in the editor's secret storage: each is kept for one origin and never sent to another. */
export interface EndpointKeys {
  of(origin: string): Promise<string | undefined>
  set(origin: string, key: string): Promise<void>
  clear(origin: string): Promise<void>
}

export function endpointKeys(secrets: SecretStorage): EndpointKeys {
  const nameOf = (origin: string): string => `rolloutLab.suggestions.key ${origin}`
  return {
    of: async (origin) => secrets.get(nameOf(origin)),
    set: async (origin, key) => secrets.store(nameOf(origin), key),
    clear: async (origin) => secrets.delete(nameOf(origin))
  }
}
