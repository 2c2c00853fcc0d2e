import { DETECTION } from './detection.ts'
import { FILES } from './files.ts'
import { FLOODS } from './floods.ts'
import { KERNEL } from './kernel.ts'
import { LINKS } from './links.ts'
import { MEMORY } from './memory.ts'
import { NETWORK } from './network.ts'
import { PROCESSES } from './processes.ts'
import type { HostileProgram } from './program.ts'
import { RESULTS } from './results.ts'
import { SIGNALS } from './signals.ts'

/** All hostile programs, by what they are after. */
export const HOSTILE: Readonly<Record<string, readonly HostileProgram[]>> = {
  'processes and daemons': PROCESSES,
  'memory and time': MEMORY,
  'files of the machine': FILES,
  'links and descriptors': LINKS,
  network: NETWORK,
  signals: SIGNALS,
  'rights of the kernel': KERNEL,
  'floods of output': FLOODS,
  'results and what is left for the next': RESULTS,
  'detection of the sandbox': DETECTION
}
