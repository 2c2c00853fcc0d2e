import { stripVTControlCharacters } from 'node:util'

/** Joiners that scripts and emoji need; every other invisible format character (bidi controls among them) is dropped. */
const KEPT_FORMAT = new Set(['\u200c', '\u200d'])
const LONGEST_LABEL = 200
/** Characters looked at for each one shown: a label is cut before it is cleaned, so that a name of megabytes costs nothing. */
const SLACK = 4

/**
 * Text of models, file names and run directories on one line, safe for trees, the status bar, quick picks, notifications and
 * the log: no escape sequences, control, bidi or zero-width characters, no broken surrogates, no towers of accents. What VS
 * Code would read as an icon `$(…)` or as a link `[…](…)` is broken by a space.
 * @param longest characters kept; a cut ends in `…`.
 */
export function plainLine(text: string, longest = LONGEST_LABEL): string {
  const line = cleaned(text.slice(0, longest * SLACK)).replace(/\s+/g, ' ').trim().replaceAll('$(', '$ (').replaceAll('](', '] (')
  const characters = [...line]
  const whole = characters.length <= longest && text.length <= longest * SLACK
  return whole ? line : `${characters.slice(0, longest - 1).join('')}…`
}

/** The same for documents and the log: lines and indentation stay, and so do icons and links, which nothing reads there. */
export function plainText(text: string): string {
  return cleaned(text)
}

function cleaned(text: string): string {
  return stripVTControlCharacters(text.replace(/\r\n?/g, '\n'))
    .replace(/\t/g, '  ')
    .replace(/[\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, '')
    .replace(/\p{Cf}/gu, (character) => (KEPT_FORMAT.has(character) ? character : ''))
    .replace(/(\p{M}{4})\p{M}+/gu, '$1')
    .replace(/\p{Cs}/gu, '\ufffd')
}
