/**
 * The tokens that a span of text touches: first, and one past the last. `tokenEnds` (_T) are the UTF-16 offsets where each
 * token's characters end; of a character spread over several tokens, all but the last end where it begins, and all of them
 * are touched. (A token with the end of one character and a piece of the next shows as one that ends between them.) Undefined where no token is (an empty span, or text that no token has).
 */
export function tokensTouched(text: string, tokenEnds: readonly number[], from: number, to: number): { readonly from: number; readonly to: number } | undefined {
  if (from >= to) return undefined
  const begin = beginOfCharacter(text, from)
  const first = firstEndingAfter(tokenEnds, begin)
  if (first === tokenEnds.length) return undefined
  const last = firstEndingAfter(tokenEnds, to - 1)
  return { from: withPieces(tokenEnds, first, begin), to: Math.min(last, tokenEnds.length - 1) + 1 }
}

/** A span that begins between the two units of a character touches that character. */
function beginOfCharacter(text: string, at: number): number {
  return isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1)) ? at - 1 : at
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** Index of the first token whose characters end after `at`; the number of tokens where none does. */
function firstEndingAfter(tokenEnds: readonly number[], at: number): number {
  let low = 0
  let high = tokenEnds.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (tokenEnds[middle]! > at) high = middle
    else low = middle + 1
  }
  return low
}

/** Takes in the tokens before `first` that hold no whole character yet of the one that begins at `begin` or after. */
function withPieces(tokenEnds: readonly number[], first: number, begin: number): number {
  const starts = (token: number): number => (token === 0 ? 0 : tokenEnds[token - 1]!)
  if (starts(first) < begin) return first
  let token = first
  while (token > 0 && tokenEnds[token - 1] === starts(token - 1)) token--
  return token
}
