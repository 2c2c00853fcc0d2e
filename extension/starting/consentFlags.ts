import type { Consents } from '../contracts/trainers.ts'

/** What people consented to, as options of a command of the trainer's command line. */
export const consentFlags = ({ trustModules = false, unsafeSandbox = false }: Consents): readonly string[] =>
  [...(trustModules ? ['--trust-workspace'] : []), ...(unsafeSandbox ? ['--unsafe-sandbox'] : [])]
