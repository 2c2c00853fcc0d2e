/** What `doctor` found out about one thing. */
export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'missing' | 'broken'
  /** Without it nothing trains; the others only widen what can be done. */
  readonly required: boolean
  readonly detail: string
  /** The command or step that mends it. */
  readonly remedy?: string
}

export const found = (name: string, detail: string, required = false): Finding => ({ name, state: 'ok', required, detail })
export const missing = (name: string, detail: string, remedy: string): Finding =>
  ({ name, state: 'missing', required: false, detail, remedy })
export const broken = (name: string, detail: string, remedy: string, required = false): Finding =>
  ({ name, state: 'broken', required, detail, remedy })
