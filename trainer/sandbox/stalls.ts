import type { Limits } from '../protocol/execution.ts'

/** A machine that stalls is no fault of the candidate: where it can only compute, this many times its wall time may pass before it is stopped for that alone. */
export const STALL_FACTOR = 4

/** Seconds that a call may take, however little of the CPU it got. */
export const longestCall = ({ wallSeconds }: Pick<Limits, 'wallSeconds'>): number => STALL_FACTOR * wallSeconds
