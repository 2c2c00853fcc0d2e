import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { listFolder, plainKind } from '../stores/plainFiles.ts'
import { batchKey, parseBatchFileName, parseShardFileName, shardFileName } from '../stores/runLayout.ts'
import type { RolloutBatch } from '../stores/runLayout.ts'
import type { Shard } from '../stores/shardReader.ts'
import { signatureOf } from './runSignature.ts'

export interface LinesFile {
  readonly key: string
  readonly batch: RolloutBatch
  readonly path: string
  /** Changes when the file is replaced by another. */
  readonly signature: string
}

/** A shard as it lay there. */
export interface SignedShard extends Shard {
  /** Changes when the shard or its index is replaced by another. */
  readonly signature: string
}

export interface RolloutFiles {
  readonly shards: readonly SignedShard[]
  /** By batch, in the order in which they count. */
  readonly sealed: ReadonlyMap<string, LinesFile>
  readonly open: ReadonlyMap<string, LinesFile>
  /** What lies there and is not opened. */
  readonly refused: readonly { readonly path: string; readonly message: string }[]
}

/** Numbers of the known shards that are not listed any more, and of those that are others now. */
export function changedShards(known: ReadonlyMap<number, SignedShard>, listed: readonly SignedShard[]): { readonly missing: readonly number[]; readonly other: readonly number[] } {
  const now = new Map(listed.map(({ number, signature }) => [number, signature]))
  const shards = [...known.values()]
  return {
    missing: shards.flatMap(({ number }) => (now.has(number) ? [] : [number])),
    other: shards.flatMap(({ number, signature }) => (now.has(number) && now.get(number) !== signature ? [number] : []))
  }
}

/** What the rollouts folder of a run holds at this moment. A link, a pipe or a half shard is named, not opened. */
export function listRolloutFiles(folder: string): RolloutFiles {
  const refused: { path: string; message: string }[] = []
  const plain = (name: string): string | undefined => {
    const place = path.join(folder, name)
    try {
      if (plainKind(place) === 'file') return place
    } catch (error) {
      if (!LabError.is(error)) throw error
      refused.push({ path: place, message: error.message })
    }
    return undefined
  }
  const names = plainKind(folder) === 'absent' ? [] : listFolder(folder)
  return { shards: shardsOf(names, plain, refused, folder), sealed: linesOf(names, 'sealed', plain), open: linesOf(names, 'open', plain), refused }
}

type Plain = (name: string) => string | undefined

function shardsOf(names: readonly string[], plain: Plain, refused: { path: string; message: string }[], folder: string): SignedShard[] {
  return names.flatMap((name) => {
    const parsed = parseShardFileName(name)
    if (parsed?.part !== 'shard' || parsed.unfinished) return []
    const rollouts = plain(name)
    const index = plain(shardFileName('index', parsed.number))
    const text = plain(shardFileName('text', parsed.number))
    if (rollouts !== undefined && index === undefined) refused.push({ path: path.join(folder, name), message: 'its index is missing' })
    if (rollouts === undefined || index === undefined) return []
    return [{ number: parsed.number, rollouts, index, signature: `${signatureOf(rollouts)}, ${signatureOf(index)}`, ...(text === undefined ? {} : { text }) }]
  })
}

function linesOf(names: readonly string[], stage: 'sealed' | 'open', plain: Plain): Map<string, LinesFile> {
  const files = names.flatMap((name): LinesFile[] => {
    const parsed = parseBatchFileName(name)
    const place = parsed?.stage === stage ? plain(name) : undefined
    const stats = place === undefined ? undefined : fs.lstatSync(place, { throwIfNoEntry: false })
    if (parsed === undefined || place === undefined || stats === undefined) return []
    return [{ key: batchKey(parsed.batch), batch: parsed.batch, path: place, signature: stage === 'open' ? String(stats.ino) : `${stats.ino} ${stats.size} ${stats.mtimeMs}` }]
  })
  return new Map(files.sort((a, b) => a.batch.step - b.batch.step).map((file) => [file.key, file]))
}
