import type { Consents } from '../contracts/trainers.ts'

/** What a trainer refuses until people say that it may be, by the code of its error. */
export type Refusal = 'trust/not-approved' | 'reward/paid-cheats' | 'sandbox/no-backend' | 'engine/no-python' | 'engine/python-version' | 'engine/missing-package' | 'engine/package-version' | 'engine/broken-package'
export const REFUSALS: readonly Refusal[] = [
  'trust/not-approved', 'reward/paid-cheats', 'sandbox/no-backend', 'engine/no-python', 'engine/python-version', 'engine/missing-package', 'engine/package-version', 'engine/broken-package'
]

/** Asks people for a consent; undefined = they decline. */
export type Ask = (refusal: Refusal, error: unknown) => Promise<Consents | undefined>

/**
 * Does it; where it is refused, asks and does it again with what people consented to. Undefined where they decline.
 * @throws what is no refusal, and one that consent did not lift. Cheats are asked about until all are accepted.
 */
export async function untilConsented<T>(asks: readonly Refusal[], ask: Ask, start: (consents: Consents) => Promise<T>): Promise<T | undefined> {
  const asked = new Set<Refusal>()
  for (let consents: Consents = {}; ; ) {
    try {
      return await start(consents)
    } catch (error) {
      const refusal = refusalOf(error, asks)
      if (refusal === undefined || (asked.has(refusal) && refusal !== 'reward/paid-cheats')) throw error
      asked.add(refusal)
      const consent = await ask(refusal, error)
      if (consent === undefined) return undefined
      consents = together(consents, consent)
    }
  }
}

/** What was accepted before stays accepted. */
function together(before: Consents, now: Consents): Consents {
  const cheats = [...(before.acceptPaidCheats ?? []), ...(now.acceptPaidCheats ?? [])]
  return { ...before, ...now, ...(cheats.length > 0 && { acceptPaidCheats: cheats }) }
}

function refusalOf(error: unknown, asks: readonly Refusal[]): Refusal | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return asks.find((refusal) => refusal === code)
}
