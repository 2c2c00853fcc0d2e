interface TokenTexts {
  readonly text: string
  readonly tokens: readonly number[]
  /** UTF-16 offsets (_T). */
  readonly tokenEnds: readonly number[]
}

/**
 * What was between prompt and completion and is in neither text: tokenizers of words, and some of pieces, drop the white space
 * before the first token of a text. It shows where one token begins with a space in the middle of a text and without one at
 * the start of a text. Empty where no token shows it.
 */
export function jointOf(texts: readonly TokenTexts[]): '' | ' ' {
  const starts = new Map<number, string>()
  for (const { text, tokens, tokenEnds } of texts) {
    if (tokens[0] !== undefined) starts.set(tokens[0], text.slice(0, tokenEnds[0]))
  }
  const dropped = texts.some(({ text, tokens, tokenEnds }) =>
    tokens.some((token, t) => {
      const start = t > 0 ? starts.get(token) : undefined
      return start !== undefined && start !== '' && !start.startsWith(' ') && text.slice(tokenEnds[t - 1], tokenEnds[t]) === ` ${start}`
    })
  )
  return dropped ? ' ' : ''
}
