import type { Opinion } from '../../protocol/label.ts'

/** A trace of a file of others with what was said of it. */
export interface ImportedTrace {
  /** 1-based. */
  readonly line: number
  readonly prompt: string
  readonly gold?: string
  readonly answer: string | null
  readonly text: string
  /** Places of the steps in the text, in UTF-16 units. */
  readonly steps: readonly StepPlace[]
  /** On a step, from 0, or on the whole trace. */
  readonly opinions: readonly ImportedOpinion[]
  /** Absent where the file names nobody. */
  readonly labeler?: string
  /** ISO 8601, UTC. */
  readonly at?: string
  readonly qualityControl: boolean
  /** Spent on the whole trace. */
  readonly seconds: number
}

export interface StepPlace {
  readonly from: number
  readonly to: number
}

export interface ImportedOpinion {
  readonly step?: number
  readonly opinion: Opinion
}

/** Steps one a line, as PRM800K's solutions are. */
export function joinLines(steps: readonly string[]): { readonly text: string; readonly steps: readonly StepPlace[] } {
  const places: StepPlace[] = []
  let from = 0
  for (const step of steps) {
    places.push({ from, to: from + step.length })
    from += step.length + 1
  }
  return { text: steps.join('\n'), steps: places }
}
