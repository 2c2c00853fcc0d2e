import { LabError } from '../errors.ts'
import { Rollout } from '../protocol/rollout.ts'
import { readJsonLines } from './jsonLinesReader.ts'
import type { JsonLine } from './jsonLinesReader.ts'

export interface ReadRollouts {
  readonly rollouts: Rollout[]
  /** `file:line: problem` of every line that is no rollout. */
  readonly problems: string[]
}

/** All rollouts of a file, each checked against the schema. */
export function readRollouts(place: string): ReadRollouts {
  const rollouts: Rollout[] = []
  const problems: string[] = []
  for (const line of readJsonLines(place)) {
    const parsed = parseLine(line)
    if (typeof parsed === 'string') problems.push(`${place}:${line.line}: ${parsed}`)
    else rollouts.push(parsed)
  }
  return { rollouts, problems }
}

function parseLine(line: JsonLine): Rollout | string {
  if (line.problem !== undefined) return line.problem
  const result = Rollout.safeParse(line.value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  return `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'not a rollout'}`.trim()
}

/** Rollouts of a sealed file: one that was whole when it was sealed and must be whole still. */
export function readSealedRollouts(place: string): Rollout[] {
  const { rollouts, problems } = readRollouts(place)
  if (problems.length === 0) return rollouts
  throw new LabError('store', 'damaged-rollouts', `${problems.length} damaged line(s) in a sealed file: ${problems[0]}`, {
    place,
    remedy: 'Restore the file from a copy of the run; it was changed or damaged after it was sealed.'
  })
}
