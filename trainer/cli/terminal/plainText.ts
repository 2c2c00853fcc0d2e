import { stripVTControlCharacters } from 'node:util'

/** Joiners that scripts and emoji need; every other invisible format character (bidi controls among them) is dropped. */
const KEPT_FORMAT = new Set(['\u200c', '\u200d'])

/**
 * Text of models, candidates, file names and modules, made safe to print: no escape sequences, control or bidi characters,
 * no broken surrogates. Line ends stay; tabs become spaces.
 */
export function plainText(text: string): string {
  return stripVTControlCharacters(text.replace(/\r\n?/g, '\n'))
    .replace(/\t/g, '  ')
    .replace(/[\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, '')
    .replace(/\p{Cf}/gu, (character) => (KEPT_FORMAT.has(character) ? character : ''))
    .replace(/\p{Cs}/gu, '\ufffd')
}

/** The same on one line. */
export function plainLine(text: string): string {
  return plainText(text).replace(/\s*\n\s*/g, ' ').trim()
}
