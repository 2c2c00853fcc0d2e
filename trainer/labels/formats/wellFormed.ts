/** The text as UTF-8 can hold it: each lone surrogate as U+FFFD, which keeps the number of code points. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')

/** One line of a JSON Lines file that every reader takes: no lone surrogates, which are no JSON to most of them. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? wellFormed(inner) : inner))}\n`
}
