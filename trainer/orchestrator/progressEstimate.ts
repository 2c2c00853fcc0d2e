const WINDOW = 10

/** Estimates the time left from the steps done last. */
export interface ProgressEstimate {
  finished(seconds: number): void
  /** Mean of the last ten steps times the steps left; undefined before the first. */
  secondsLeft(stepsLeft: number): number | undefined
}

export function createProgressEstimate(): ProgressEstimate {
  const recent: number[] = []
  return {
    finished: (seconds) => {
      recent.push(seconds)
      if (recent.length > WINDOW) recent.shift()
    },
    secondsLeft: (stepsLeft) =>
      recent.length === 0 ? undefined : (recent.reduce((sum, seconds) => sum + seconds, 0) / recent.length) * stepsLeft
  }
}
