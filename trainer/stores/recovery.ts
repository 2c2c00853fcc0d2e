/** Something that was found damaged or unfinished and put right; shown to people as a `recovered` event. */
export interface RecoveryNote {
  readonly what: string
  /** File and line, and what was done. */
  readonly detail: string
}

export type ReportRecovery = (note: RecoveryNote) => void
