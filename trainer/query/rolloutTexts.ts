import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { LabError } from '../errors.ts'
import { fromParquet, TEXT_SELECTION } from '../stores/rolloutColumns.ts'
import type { Shard } from '../stores/shardReader.ts'
import { withFiles } from './database.ts'
import { readLineAt } from './lineTail.ts'
import { withoutExecutions } from './withoutExecutions.ts'
import { conditionOf, groupPlaces } from './placedRows.ts'
import type { PlacedRow } from './placedRows.ts'

/** What is to be read of a rollout, by its segments; segment −1 is the prompt. */
export interface RolloutText {
  readonly row: number
  readonly id: string
  readonly prompt: string
  readonly texts: readonly string[]
}

const MEMORY_MEGABYTES = 160
/** Shards of runs of earlier versions have no text file: the tokens have to be decoded with the text. */
const MEMORY_WITHOUT_TEXT = 1024
const DEADLINE_SECONDS = 120
const LINES_AT_ONCE = 64

export interface TextQuery {
  /** Only rollouts that contain it, case ignored. */
  readonly containing?: string
  /** At most so many characters of each text. */
  readonly characters?: number
  readonly signal?: AbortSignal | undefined
}

/** Texts of the rows given; those that lie nowhere any more are missing. No order. */
export async function readTexts(rows: readonly PlacedRow[], query: TextQuery): Promise<RolloutText[]> {
  const { shards, lines } = groupPlaces(rows)
  const found = await textsOfLines(lines, query)
  for (const [shard, placed] of shards) {
    const byId = new Map(placed.map(({ id, row }) => [id, row]))
    for (const text of await textsOfShard(shard, placed, query)) {
      const row = byId.get(text.id)
      if (row !== undefined) found.push({ ...text, row })
    }
  }
  return found
}

async function textsOfLines(rows: readonly PlacedRow[], { containing, characters }: TextQuery): Promise<RolloutText[]> {
  const found: RolloutText[] = []
  for (const [done, { row, id, place }] of rows.entries()) {
    if (done % LINES_AT_ONCE === LINES_AT_ONCE - 1) await yieldToOthers()
    const text = place.kind === 'lines' ? textOfLine(place.path, place.offset) : undefined
    if (text?.id !== id) continue
    if (containing === undefined || contains(text, containing)) found.push({ row, ...cut(text, characters) })
  }
  return found
}

function contains({ prompt, texts }: Pick<RolloutText, 'prompt' | 'texts'>, text: string): boolean {
  const wanted = text.toLowerCase()
  return [prompt, ...texts].some((one) => one.toLowerCase().includes(wanted))
}

function textOfLine(place: string, offset: number): Omit<RolloutText, 'row'> | undefined {
  try {
    const line = readLineAt(place, offset)
    if (line === undefined) return undefined
    const { id, segments } = JSON.parse(withoutExecutions(line)) as { id: string; segments: { text: string; samplePrompt: { text: string } }[] }
    return { id, prompt: segments[0]?.samplePrompt.text ?? '', texts: segments.map(({ text }) => text) }
  } catch (error) {
    // What was a rollout when it was listed has been moved or damaged since.
    if (error instanceof SyntaxError || error instanceof TypeError || LabError.is(error, 'missing')) return undefined
    throw error
  }
}

/** A text file that is damaged says nothing that the shard does not say too. */
async function textsOfShard(shard: Shard, rows: readonly PlacedRow[], query: TextQuery): Promise<Omit<RolloutText, 'row'>[]> {
  try {
    return await textsOf(shard, rows, query)
  } catch (error) {
    if (shard.text === undefined || !LabError.is(error, 'query-failed')) throw error
    return textsOf({ number: shard.number, rollouts: shard.rollouts, index: shard.index }, rows, query)
  }
}

async function textsOf(shard: Shard, rows: readonly PlacedRow[], { containing, characters, signal }: TextQuery): Promise<Omit<RolloutText, 'row'>[]> {
  const file = shard.text ?? shard.rollouts
  const from = fromParquet([file], { rowNumbers: true })
  const selection = shard.text === undefined ? TEXT_SELECTION : 'id, prompt, texts'
  const shown = characters === undefined ? 'prompt, texts' : `left(prompt, ${characters}) AS prompt, list_transform(texts, lambda one: left(one, ${characters})) AS texts`
  const filter = containing === undefined ? '' : ' WHERE contains(lower(prompt), $wanted) OR len(list_filter(texts, lambda one: contains(lower(one), $wanted))) > 0'
  const sql = `SELECT id, ${shown} FROM (SELECT ${selection} FROM ${from} WHERE ${conditionOf(rows)})${filter}`
  const limits = { threads: 1, memoryMegabytes: shard.text === undefined ? MEMORY_WITHOUT_TEXT : MEMORY_MEGABYTES, files: [file] }
  const found = await withFiles(limits, (db) => db.values(sql, { signal, deadlineSeconds: DEADLINE_SECONDS, ...(containing === undefined ? {} : { parameters: { wanted: containing.toLowerCase() } }) }))
  const texts = found as unknown as Omit<RolloutText, 'row'>[]
  return characters === undefined ? texts : texts.map((text) => cut(text, characters))
}

function cut<T extends Pick<RolloutText, 'prompt' | 'texts'>>(text: T, characters: number | undefined): T {
  return { ...text, prompt: beginning(text.prompt, characters), texts: text.texts.map((one) => beginning(one, characters)) }
}

/** The first UTF-16 units, without half a character at the end. */
function beginning(text: string, characters: number | undefined): string {
  return text.slice(0, characters).replace(/[\uD800-\uDBFF]$/, '')
}
