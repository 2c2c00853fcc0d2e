import { setTimeout as pause } from 'node:timers/promises'

/** One side of a comparison: runs one repetition and says how many seconds it took. */
export interface Arm {
  readonly name: string
  run(): Promise<number>
}

export interface ArmResult {
  readonly name: string
  readonly medianSeconds: number
  readonly bestSeconds: number
  readonly seconds: readonly number[]
}

/** Threads of one side that still spin after its repetition must not slow the other's. */
const REST_MS = 150

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Runs the arms in turn, `rounds` times after one warm-up each: what else the machine does meets all of them alike. */
export async function interleave(arms: readonly Arm[], rounds: number): Promise<ArmResult[]> {
  const seconds = arms.map((): number[] => [])
  const runRested = async (arm: Arm): Promise<number> => {
    await pause(REST_MS)
    return arm.run()
  }
  for (const arm of arms) await runRested(arm)
  for (let round = 0; round < rounds; round++) {
    for (const [i, arm] of arms.entries()) seconds[i]!.push(await runRested(arm))
  }
  return arms.map((arm, i) => ({
    name: arm.name, medianSeconds: median(seconds[i]!), bestSeconds: Math.min(...seconds[i]!), seconds: seconds[i]!
  }))
}

/** The `keep` settings that were fastest in two short rounds; the comparison itself is made with these. */
export async function screen(arms: readonly Arm[], keep: number): Promise<{ readonly kept: Arm[]; readonly results: ArmResult[] }> {
  const results = await interleave(arms, 2)
  const order = arms.map((arm, i) => ({ arm, seconds: results[i]!.bestSeconds })).sort((a, b) => a.seconds - b.seconds)
  return { kept: order.slice(0, keep).map(({ arm }) => arm), results }
}

/** The arm with the lowest median: comparisons are made with the other side's best setting. */
export const fastest = (results: readonly ArmResult[]): ArmResult => results.reduce((a, b) => (b.medianSeconds < a.medianSeconds ? b : a))

/** Seconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
