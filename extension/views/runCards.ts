import { basename } from 'node:path'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { Queries } from '../contracts/queries.ts'
import { errorText } from '../errorText.ts'

/** Cards of the runs; one that cannot be read has a card that says why. */
export async function cardsOf(queries: Queries, runs: readonly string[]): Promise<RunCard[]> {
  return await Promise.all(runs.map((run) => cardOf(queries, run)))
}

export async function cardOf(queries: Queries, run: string): Promise<RunCard> {
  try {
    return (await queries.ask('runs/details', { run })).card
  } catch (error) {
    return unreadable(run, error)
  }
}

/** A run of a newer version is whole: the remedy says what reads it. */
function unreadable(directory: string, error: unknown): RunCard {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return {
    directory, runId: '', name: basename(directory), recipe: '', model: '', environment: '', seed: 0, study: directory, notes: '', tags: [], pinned: false,
    createdAt: '', status: code === 'newer-run' ? 'newer' : 'damaged', problem: errorText(error), stage: '', step: 0, steps: 0, updatedAt: '', passAt1: {}, rewardSpark: [], checkpoints: 0
  }
}
