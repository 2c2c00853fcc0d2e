const LONGEST = 500

/** Text from untrusted code, for messages: no control, format or bidi characters, at most 500 characters. */
export function plainText(text: string): string {
  const plain = text.slice(0, 4 * LONGEST).replace(/\p{C}+/gu, ' ').trim()
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain
}
