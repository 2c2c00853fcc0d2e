import { randomInt } from 'node:crypto'

/** Above all users that a machine is likely to have. */
const FIRST = 1_500_000_000
const COUNT = 400_000_000

/**
 * A user that exists nowhere else, for what root starts; undefined where we are not root, since the sandbox then has users of its own.
 * Limits of processes are kept by user, so that each worker has one.
 */
export const strangerId = (): number | undefined => (process.getuid?.() === 0 ? FIRST + randomInt(COUNT) : undefined)
