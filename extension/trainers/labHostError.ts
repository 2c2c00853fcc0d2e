import type { PaidCheat } from '../../trainer/protocol/redTeam.ts'

/** What could not be done with a trainer, in words for people: the message says what to do. `code` is stable. */
export class LabHostError extends Error {
  readonly code: string
  readonly remedy: string
  /** What would have to be waved through, where the code is `reward/paid-cheats`. */
  readonly paidCheats: readonly PaidCheat[]

  constructor(code: string, message: string, remedy: string, { cause, paidCheats = [] }: { readonly cause?: unknown; readonly paidCheats?: readonly PaidCheat[] | undefined } = {}) {
    super(`${message} ${remedy}`, { cause })
    this.name = 'LabHostError'
    this.code = code
    this.remedy = remedy
    this.paidCheats = paidCheats
  }
}
