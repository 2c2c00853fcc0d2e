import { hash32 } from '../../../random/random.ts'

const WEYL = 0x6d2b79f5
const FLOAT_STEPS = 2 ** 24

/** What a completion's draws are made from. */
export const drawKey = (seed: number): number => hash32('sample', seed)

/**
 * Draw `t` (0, 1, …) of a key: uniform over the multiples of 2⁻²⁴ in [0, 1), each of which a float32 holds exactly. It is
 * Mulberry32 with a counter in place of its state (which only ever grows by a constant), so no draw needs the ones before.
 */
export function uniformDraw(key: number, t: number): number {
  const state = (key + Math.imul(t + 1, WEYL)) | 0
  let x = Math.imul(state ^ (state >>> 15), 1 | state)
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
  return ((x ^ (x >>> 14)) >>> 8) / FLOAT_STEPS
}
