import path from 'node:path'
import type { RescoreHeader, RescoreLine } from '../protocol/rescore.ts'
import { onDisk } from './diskGuard.ts'
import { syncFolder, writeAll } from './fileOps.ts'
import type { FileOps } from './fileOps.ts'
import { requireFinite } from './finite.ts'
import { jsonLine } from './jsonLines.ts'
import { ensureFolder, openNew, plainKind, removePlain } from './plainFiles.ts'
import { RUN_FILES } from './runLayout.ts'

/** A re-score being written beside the rollouts that it is of; it appears when it is whole. */
export interface RescoreWriter {
  add(line: RescoreLine): void
  /** Puts the file in place; returns its path. */
  finish(): string
  /** Leaves nothing behind. */
  discard(): void
}

const BUFFER_BYTES = 256 * 1024
const DRAFT = '.draft'

export function openRescore(runDirectory: string, header: RescoreHeader, ops: FileOps): RescoreWriter {
  const folder = path.join(runDirectory, RUN_FILES.rescores)
  ensureFolder(ops, folder)
  const place = freePlace(folder, header)
  const draft = `${place}${DRAFT}`
  const file = openNew(ops, draft)
  let waiting: Buffer[] = []
  let bytes = 0
  const flush = (): void => {
    onDisk(draft, () => writeAll(ops, file, Buffer.concat(waiting)))
    waiting = []
    bytes = 0
  }
  const add = (record: object): void => {
    requireFinite(record, draft)
    const line = jsonLine(record)
    waiting.push(line)
    bytes += line.length
    if (bytes >= BUFFER_BYTES) flush()
  }
  add(header)
  return {
    add,
    finish: () => {
      flush()
      onDisk(draft, () => ops.sync(file))
      ops.close(file)
      onDisk(place, () => ops.rename(draft, place))
      syncFolder(ops, folder)
      return place
    },
    discard: () => {
      ops.close(file)
      removePlain(ops, draft)
    }
  }
}

/** `20260131-120000-brevity.jsonl`; with a number where another re-score of that second is there. */
function freePlace(folder: string, { at, part }: RescoreHeader): string {
  const name = `${at.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${part.replaceAll(/[^\w.-]/g, '_').slice(0, 60)}`
  for (let number = 1; ; number++) {
    const place = path.join(folder, `${name}${number === 1 ? '' : `-${number}`}.jsonl`)
    if (plainKind(place) === 'absent' && plainKind(`${place}${DRAFT}`) === 'absent') return place
  }
}
