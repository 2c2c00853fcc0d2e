import type { Consents } from '../contracts/trainers.ts'

/** What people consented to, as options of a command of the trainer's command line. */
export const consentFlags = ({ trustedModules = [], unsafeSandbox = false }: Consents): readonly string[] =>
  [...trustedModules.map((hash) => `--trust-module=${hash}`), ...(unsafeSandbox ? ['--unsafe-sandbox'] : [])]
