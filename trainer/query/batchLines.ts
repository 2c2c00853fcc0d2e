import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { RolloutBatch } from '../stores/runLayout.ts'
import { readLinesFrom } from './lineTail.ts'
import type { TailLine } from './lineTail.ts'
import { parseNarrow } from './narrowRollout.ts'
import type { ReadRollout } from './narrowRollout.ts'

export const TOO_LONG = 'a line is too long to be a rollout'

/** What was read of the lines of a step. */
export interface ReadLines {
  /** Each with where its line begins. */
  readonly rollouts: { readonly rollout: ReadRollout; readonly place: number }[]
  /** What is wrong with other lines, and how many of them. */
  readonly problems: Map<string, number>
}

export function readBatchLines(lines: Iterable<TailLine>, batch: RolloutBatch, read: ReadLines = { rollouts: [], problems: new Map() }): ReadLines {
  for (const { text, offset } of lines) {
    const parsed = parseNarrow(text)
    const problem = typeof parsed === 'string' ? parsed : parsed.kind === batch.kind && parsed.step === batch.step ? undefined : 'a rollout of another step'
    if (problem === undefined) read.rollouts.push({ rollout: parsed as ReadRollout, place: offset })
    else count(read, problem)
  }
  return read
}

function count({ problems }: ReadLines, problem: string, more = 1): void {
  if (more > 0) problems.set(problem, (problems.get(problem) ?? 0) + more)
}

/** A whole file of lines, with pauses for others. */
export async function readBatchFile(place: string, batch: RolloutBatch): Promise<ReadLines> {
  const read = readBatchLines([], batch)
  for (let offset = 0; ; ) {
    const piece = readLinesFrom(place, offset)
    if (piece === 'shrunk') return read
    count(read, TOO_LONG, piece.tooLong)
    readBatchLines(piece.lines, batch, read)
    if (!piece.more) return read
    offset = piece.next
    await yieldToOthers()
  }
}
