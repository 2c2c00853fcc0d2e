/** A maximal run of characters other than ASCII white space; `from` inclusive, `to` exclusive, in UTF-16 units. */
export interface Word {
  readonly text: string
  readonly from: number
  readonly to: number
}

export function splitWords(text: string, from = 0, to = text.length): Word[] {
  const words: Word[] = []
  const pattern = /[^ \t\r\n]+/g
  pattern.lastIndex = from
  for (let match = pattern.exec(text); match !== null && match.index < to; match = pattern.exec(text)) {
    const end = Math.min(pattern.lastIndex, to)
    words.push({ text: text.slice(match.index, end), from: match.index, to: end })
  }
  return words
}

export const joinWords = (words: readonly Word[]): string => words.map((word) => word.text).join(' ')
