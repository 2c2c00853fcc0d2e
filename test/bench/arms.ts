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

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * Runs the arms in turn, `rounds` times after one warm-up each: what else the machine does meets all of them alike.
 */
export async function interleave(arms: readonly Arm[], rounds: number): Promise<ArmResult[]> {
  const seconds = arms.map((): number[] => [])
  for (const arm of arms) await arm.run()
  for (let round = 0; round < rounds; round++) {
    for (const [i, arm] of arms.entries()) seconds[i]!.push(await arm.run())
  }
  return arms.map((arm, i) => ({
    name: arm.name, medianSeconds: median(seconds[i]!), bestSeconds: Math.min(...seconds[i]!), seconds: seconds[i]!
  }))
}

/** The arm with the lowest median: comparisons are made with the other side's best setting. */
export const fastest = (results: readonly ArmResult[]): ArmResult => results.reduce((a, b) => (b.medianSeconds < a.medianSeconds ? b : a))

/** Seconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
