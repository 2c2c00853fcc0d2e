const LONGEST_QUOTE = 80

/** Hostile text as a short, printable quotation for a sentence: controls and bidi marks escaped, long text cut. */
export function quote(text: string): string {
  const cut = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text
  return `“${cut.replace(/[\p{C}\u2028\u2029]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)}”`
}
