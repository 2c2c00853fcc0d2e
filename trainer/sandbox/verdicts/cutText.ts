/** A hostile text cut to a length, with what was left out told in its place. */
export interface CutText {
  readonly text: string
  readonly cut: boolean
}

/** Characters of the end that are kept: that is where a traceback says what was wrong. */
const END_SHARE = 0.4

/** Keeps beginning and end. Halves of surrogate pairs, which no file can hold, become U+FFFD. */
export function cutText(text: string, characters: number): CutText {
  if (text.length <= characters) return { text: text.toWellFormed(), cut: false }
  const end = Math.floor(characters * END_SHARE)
  const left = text.length - characters
  const kept = `${text.slice(0, characters - end)}\n… ${left} characters left out …\n${text.slice(text.length - end)}`
  return { text: kept.toWellFormed(), cut: true }
}

/** One line of it, for a sentence. */
export const cutLine = (text: string, characters: number): string =>
  (text.length <= characters ? text : `${text.slice(0, characters)}…`).toWellFormed().replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
