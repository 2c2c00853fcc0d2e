/**
 * A span of UTF-16 units as one of code points, which is how Python counts; a lone surrogate is one. A span that cuts a
 * character in two takes it in whole. Positions beyond the text are its end.
 */
export function codePointSpan(text: string, from: number, to: number): { readonly from: number; readonly to: number } {
  const inside = cutsCharacter(text, to) && to > from
  const start = cutsCharacter(text, from) && to > from ? from - 1 : from
  return { from: codePoints(text, start), to: codePoints(text, inside ? to + 1 : to) }
}

function cutsCharacter(text: string, at: number): boolean {
  return isHigh(text.charCodeAt(at - 1)) && isLow(text.charCodeAt(at))
}

function codePoints(text: string, units: number): number {
  let count = 0
  for (let at = 0; at < Math.min(units, text.length); count++) at += isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1)) ? 2 : 1
  return count
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
