/** A text of a report that leads somewhere, wherever it stands alone. */
export interface ReportLink<T> {
  readonly text: string
  readonly target: T
}

/** Where in a report its links stand: offsets in UTF-16 units. A longer text that holds a link's is none. */
export function linkPlaces<T>(report: string, links: readonly ReportLink<T>[]): readonly { readonly from: number; readonly to: number; readonly target: T }[] {
  const targets = new Map(links.map(({ text, target }) => [text, target]))
  return [...report.matchAll(/\S+/g)].flatMap(({ 0: word, index }) => {
    const target = targets.get(word)
    return target === undefined ? [] : [{ from: index, to: index + word.length, target }]
  })
}
