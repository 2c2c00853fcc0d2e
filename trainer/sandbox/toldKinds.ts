/** Words of workers, checked on arrival: a process of a stranger's program tells them. */
import { z } from 'zod'
import type { CallEnd, Sighting } from './sandbox.ts'

export const SightingKind = z.enum(['earlyExit', 'outputAfterVerdict', 'forbiddenAccess', 'forgedResult']) satisfies z.ZodType<Sighting['kind']>

/** Ends without an answer. */
export const StoppedEnd = z.enum(['exception', 'timeout', 'memory', 'outputLimit', 'forbidden', 'noResult']) satisfies z.ZodType<CallEnd['ended']>
