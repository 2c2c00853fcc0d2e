import path from 'node:path'
import { TokenUpdate } from '../protocol/tokenUpdate.ts'
import type { FileOps } from './fileOps.ts'
import { requireFinite } from './finite.ts'
import { readJsonLines } from './jsonLinesReader.ts'
import { ensureFolder, plainKind, replacePlain } from './plainFiles.ts'
import { padded, RUN_FILES } from './runLayout.ts'

const RATIO_DIGITS = 5

/** The update of a step, token by token. */
export interface TokenUpdates {
  /** Replaces what an earlier attempt at the step wrote. Ratios are kept to five digits. */
  write(step: number, updates: readonly TokenUpdate[]): void
}

export function openTokenUpdates(runDirectory: string, ops: FileOps): TokenUpdates {
  return {
    write: (step, updates) => {
      ensureFolder(ops, path.join(runDirectory, RUN_FILES.updates))
      const place = placeOf(runDirectory, step)
      requireFinite(updates, place)
      replacePlain(ops, place, updates.map((update) => `${JSON.stringify({ ...update, ratios: update.ratios.map(rounded) })}\n`).join(''))
    }
  }
}

const rounded = (ratio: number): number => Number(ratio.toPrecision(RATIO_DIGITS))

/** Undefined where its step wrote none, of this rollout or at all. */
export function readTokenUpdate(runDirectory: string, id: string): TokenUpdate | undefined {
  const step = TRAINED.exec(id)?.[1]
  if (step === undefined) return undefined
  const folder = path.join(runDirectory, RUN_FILES.updates)
  const place = placeOf(runDirectory, Number(step))
  if (plainKind(folder) !== 'folder' || plainKind(place) !== 'file') return undefined
  for (const { value } of readJsonLines(place)) {
    const update = TokenUpdate.safeParse(value).data
    if (update?.id === id) return update
  }
  return undefined
}

/** Ids of rollouts that are trained on begin with their step. */
const TRAINED = /^t(\d{6,15})\./

const placeOf = (runDirectory: string, step: number): string => path.join(runDirectory, RUN_FILES.updates, `step-${padded(step, 6)}.jsonl`)
