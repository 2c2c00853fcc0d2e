import path from 'node:path'
import { RUN_FILES } from '../stores/runLayout.ts'
import { signatureOf } from './runSignature.ts'

/** Whether the run that rows were read from is the one that lies at its path: a run may be removed and another made there. */
export class RunIdentity {
  readonly #record: string
  #signature: string

  constructor(directory: string) {
    this.#record = path.join(directory, RUN_FILES.run)
    this.#signature = signatureOf(this.#record)
  }

  /** `absent`: the run is gone, being removed or being put back. */
  look(): 'same' | 'absent' | 'replaced' {
    const now = signatureOf(this.#record)
    if (now === '') return 'absent'
    return now === this.#signature ? 'same' : 'replaced'
  }

  /** What lies there now is the run. */
  renew(): void {
    this.#signature = signatureOf(this.#record)
  }
}
