import { readUtf8Lines } from '../environments/utf8Lines.ts'
import type { RawRecord } from './rowsFile.ts'

/** The values of a JSON Lines file; empty lines are passed over. */
export async function* jsonlRecords(file: string): AsyncGenerator<RawRecord> {
  for await (const { number, text } of readUtf8Lines(file)) {
    if (text.trim() === '') continue
    try {
      yield { place: number, value: JSON.parse(text) as unknown }
    } catch (error) {
      yield { place: number, fault: `is not JSON (${error instanceof Error ? error.message.slice(0, 100) : String(error)})` }
    }
  }
}
