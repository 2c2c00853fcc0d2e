import { basename, dirname } from 'node:path'
import type { Queries } from '../contracts/queries.ts'

/** The run that a checkpoint is of, which keeps checkpoints in a folder of their own, and its final model directly. */
export function runOf(checkpoint: string): string {
  const parent = dirname(checkpoint)
  return basename(parent) === 'checkpoints' ? dirname(parent) : parent
}

/** The engine that a checkpoint was made with, which can compute with it; `otherwise` where the folder is of no run that can be read. */
export async function engineOf(queries: Pick<Queries, 'ask'>, checkpoint: string, otherwise: string): Promise<string> {
  try {
    return (await queries.ask('runs/details', { run: runOf(checkpoint) })).run.engine
  } catch {
    // Any folder with a model can be chosen.
    return otherwise
  }
}
