import type { UnapprovedModule } from '../../trainer/protocol/moduleRef.ts'
import type { PaidCheat } from '../../trainer/protocol/redTeam.ts'

interface More {
  readonly cause?: unknown
  readonly paidCheats?: readonly PaidCheat[] | undefined
  readonly unapproved?: readonly UnapprovedModule[] | undefined
}

/** What could not be done with a trainer, in words for people: the message says what to do. `code` is stable. */
export class LabHostError extends Error {
  readonly code: string
  readonly remedy: string
  /** What would have to be waved through, where the code is `reward/paid-cheats`. */
  readonly paidCheats: readonly PaidCheat[]
  /** What would have to be approved, where the code is `trust/not-approved`. */
  readonly unapproved: readonly UnapprovedModule[]

  constructor(code: string, message: string, remedy: string, { cause, paidCheats = [], unapproved = [] }: More = {}) {
    super(`${message} ${remedy}`, { cause })
    this.name = 'LabHostError'
    this.code = code
    this.remedy = remedy
    this.paidCheats = paidCheats
    this.unapproved = unapproved
  }
}
