import { createHash } from 'node:crypto'

/** SHA-256 (hex) of a text as UTF-8. Lone surrogates become U+FFFD, as encoders do; texts that differ in these alone share a hash. */
export function textHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
