import type { UnapprovedModule } from '../../trainer/protocol/moduleRef.ts'
import type { Consents } from '../contracts/trainers.ts'

/** What a trainer refuses until people say that it may be, by the code of its error. */
export type Refusal = 'trust/not-approved' | 'reward/paid-cheats' | 'sandbox/no-backend' | 'engine/no-python' | 'engine/python-version' | 'engine/missing-package' | 'engine/package-version' | 'engine/broken-package'
export const REFUSALS: readonly Refusal[] = [
  'trust/not-approved', 'reward/paid-cheats', 'sandbox/no-backend', 'engine/no-python', 'engine/python-version', 'engine/missing-package', 'engine/package-version', 'engine/broken-package'
]

/** Whether people can be asked for what it was refused without. */
export const isRefusal = (error: unknown): boolean => refusalOf(error, REFUSALS) !== undefined

/** Asks people for a consent; undefined = they decline. */
export type Ask = (refusal: Refusal, error: unknown) => Promise<Consents | undefined>

/** Does something with what people consent to. Undefined where they decline. */
export type Consented = <T>(start: (consents: Consents) => Promise<T>) => Promise<T | undefined>

/** For what one command does one after another: what people consented to for one holds for those that follow. @param given what they consented to before */
export function consentedOnce(asks: readonly Refusal[], ask: Ask, given: Consents = {}): Consented {
  let consents = given
  return (start) => untilConsented(asks, ask, (now) => {
    consents = now
    return start(now)
  }, consents)
}

/** For what was refused when nobody could be asked: that is asked for before it is tried again. */
export function afterRefusal(refused: unknown, consented: Consented): Consented {
  return (start) => {
    let isAsked = false
    return consented((consents) => {
      if (isAsked) return start(consents)
      isAsked = true
      return Promise.reject(refused)
    })
  }
}

/**
 * Does it; where it is refused, asks and does it again with what people consented to. Undefined where they decline.
 * @param given what they consented to before. @throws what is no refusal, and one that consent did not lift. Cheats are asked about until all are accepted, and
 * each module of the workspace once for each content.
 */
export async function untilConsented<T>(asks: readonly Refusal[], ask: Ask, start: (consents: Consents) => Promise<T>, given: Consents = {}): Promise<T | undefined> {
  const asked = new Set<string>()
  for (let consents = given; ; ) {
    try {
      return await start(consents)
    } catch (error) {
      const refusal = refusalOf(error, asks)
      if (refusal === undefined) throw error
      const question = `${refusal} ${refusal === 'trust/not-approved' ? messageOf(error) : ''}`
      if (asked.has(question) && refusal !== 'reward/paid-cheats') throw error
      asked.add(question)
      const consent = await ask(refusal, error)
      if (consent === undefined) return undefined
      consents = together(consents, consent)
    }
  }
}

/** The modules that a trainer's refusal lists; a command tells of one in words alone. */
export const unapprovedIn = (error: unknown): readonly UnapprovedModule[] => (error as { readonly unapproved?: readonly UnapprovedModule[] } | undefined)?.unapproved ?? []

/** The hash of the module that a refusal tells of in words. A path may hold what looks like another one: then none is certain. */
export function hashTold(error: unknown): string | undefined {
  const found = [...new Set(messageOf(error).match(/[0-9a-f]{64,}/gi))]
  return found.length === 1 && /^[0-9a-f]{64}$/.test(found[0]!) ? found[0] : undefined
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '')

/** What was accepted before stays accepted. */
function together(before: Consents, now: Consents): Consents {
  const cheats = [...(before.acceptPaidCheats ?? []), ...(now.acceptPaidCheats ?? [])]
  const modules = [...(before.trustedModules ?? []), ...(now.trustedModules ?? [])]
  return { ...before, ...now, ...(cheats.length > 0 && { acceptPaidCheats: cheats }), ...(modules.length > 0 && { trustedModules: modules }) }
}

function refusalOf(error: unknown, asks: readonly Refusal[]): Refusal | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return asks.find((refusal) => refusal === code)
}
