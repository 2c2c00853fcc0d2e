import { SuggestionFailure } from './failures.ts'

/** The body as text; what is longer is not read to its end. @throws SuggestionFailure `tooLong` */
export async function readAtMost(response: Response, bytes: number): Promise<string> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of response.body ?? []) {
    length += (piece as Uint8Array).length
    if (length > bytes) throw new SuggestionFailure('tooLong', `The answer has more than ${bytes} bytes.`)
    pieces.push(piece as Uint8Array)
  }
  return Buffer.concat(pieces).toString('utf8')
}
