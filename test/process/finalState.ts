/** What a run left, without times and attempts: what has to be the same however often it was killed on the way. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readEvents } from '../../trainer/stores/eventStore.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { openRun } from '../../trainer/stores/runDirectory.ts'

export interface FinalState {
  /** SHA-256 by file: last checkpoint (weights, optimiser) and exported model. */
  readonly files: Readonly<Record<string, string>>
  /** Each rollout that counts: problem, tokens, rewards, advantages. */
  readonly rollouts: readonly string[]
  /** Of all attempts, superseded ones included. */
  readonly ids: readonly string[]
  /** RL steps as the events tell them. */
  readonly finishedSteps: readonly number[]
}

export async function finalState(folder: string, steps: number): Promise<FinalState> {
  const run = await openRun(folder)
  try {
    const last = await run.checkpoints.latestWhole()
    const rows: Rollout[] = []
    for (let step = 0; step <= steps; step++) {
      for (const kind of ['train', 'evaluation'] as const) rows.push(...((await run.rollouts.readStep({ kind, step })) ?? []))
    }
    const checkpoint = Object.entries(last?.checkpoint.files ?? {}).map(([name, { sha256 }]) => [`${last?.checkpoint.step} ${name}`, sha256])
    return {
      files: { ...Object.fromEntries(checkpoint), ...hashes(run.model.directory) },
      rollouts: rows.filter(({ superseded }) => !superseded).map(lasting).sort(),
      ids: rows.map(({ id }) => id),
      finishedSteps: [...readEvents(join(folder, 'events.jsonl'))].flatMap((event) => (event.type === 'stepFinished' ? [event.step] : []))
    }
  } finally {
    run.close()
  }
}

function hashes(folder: string | undefined): Record<string, string> {
  if (folder === undefined) return {}
  return Object.fromEntries(readdirSync(folder).map((name) => [`model ${name}`, createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')]))
}

function lasting({ kind, step, group, sampleIndex, problemId, segments, reward, correct, policyVersion, seed, filter }: Rollout): string {
  return JSON.stringify({ kind, step, group, sampleIndex, problemId, segments, reward, correct, policyVersion, seed, filter })
}

/** Ids of the rollouts whose whole line was on the disk, at a moment when the run may have been cut off anywhere. */
export function recordedIds(folder: string): string[] {
  const rollouts = join(folder, 'rollouts')
  const files = listing(rollouts).filter((name) => name.endsWith('.jsonl'))
  const lines = files.flatMap((name) => readFileSync(join(rollouts, name), 'utf8').split('\n').slice(0, -1))
  return lines.map((line) => (JSON.parse(line) as Rollout).id)
}

const listing = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    // Killed before the folder was made.
    return []
  }
}
