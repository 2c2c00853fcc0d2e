/**
 * Text of a growing list of tokens. A token may end inside a character (byte-level BPE splits UTF-8 sequences), so text
 * comes out only up to the last whole character; the rest waits for the next token.
 */
export interface IncrementalText {
  /** Takes one token; returns the characters that became whole. */
  push(token: number): string
  /** After the last token: what waited, an incomplete character as U+FFFD. */
  end(): string
}

/** What decoding reads of a tokenizer. `word` is the vocabulary's entry as it stands in tokenizer.json. */
export interface TokenTable {
  word(token: number): string
  /** Special tokens have no text. */
  isSpecial(token: number): boolean
  /** Added tokens are literal text, outside the model's own alphabet. */
  isAdded(token: number): boolean
  /** The library's decoder on a list of tokens without special ones. */
  decode(tokens: readonly number[]): string
}

/** GPT-2's bijection from bytes to printable characters: printable bytes stand for themselves, the others from U+0100 on. */
function byteOfCharacter(): Map<string, number> {
  const printable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  const bytes = new Map<string, number>()
  let next = 256
  for (let byte = 0; byte < 256; byte++) bytes.set(String.fromCodePoint(printable(byte) ? byte : next++), byte)
  return bytes
}

const BYTES = byteOfCharacter()

/** Byte-level BPE: the bytes of the tokens as one UTF-8 stream, which an added token interrupts. */
export function byteLevelText(table: TokenTable): IncrementalText {
  const stream = new TextDecoder('utf-8', { ignoreBOM: true })
  return {
    push: (token) => {
      if (table.isSpecial(token)) return ''
      const word = table.word(token)
      if (table.isAdded(token)) return stream.decode() + word
      return stream.decode(Uint8Array.from([...word], (character) => BYTES.get(character) ?? 0), { stream: true })
    },
    end: () => stream.decode()
  }
}

/** Whole words, joined by single spaces (a tokenizer without a decoder). */
export function wordText(table: TokenTable): IncrementalText {
  let first = true
  return {
    push: (token) => {
      if (table.isSpecial(token)) return ''
      const text = first ? table.word(token) : ` ${table.word(token)}`
      first = false
      return text
    },
    end: () => ''
  }
}

/**
 * Any other decoder (SentencePiece with byte fallback, WordPiece): new text is what a short window decodes to beyond the
 * part already out. Text that ends in U+FFFD may be half a character and waits, so a window always begins after a whole one.
 */
export function windowedText(table: TokenTable): IncrementalText {
  let context: number[] = []
  let waiting: number[] = []
  const fresh = (): string => table.decode([...context, ...waiting]).slice(context.length === 0 ? 0 : table.decode(context).length)
  return {
    push: (token) => {
      if (table.isSpecial(token)) return ''
      waiting.push(token)
      const text = fresh()
      if (text === '' || text.endsWith('\uFFFD')) return ''
      context = waiting
      waiting = []
      return text
    },
    end: () => (waiting.length === 0 ? '' : fresh())
  }
}

/** The whole text of tokens, and the UTF-16 offset at which each ends; what an incomplete end decodes to belongs to the last. */
export function textWithEnds(text: IncrementalText, tokens: readonly number[]): { text: string; tokenEnds_T: number[] } {
  let whole = ''
  const tokenEnds_T = tokens.map((token) => {
    whole += text.push(token)
    return whole.length
  })
  whole += text.end()
  if (tokens.length > 0) tokenEnds_T[tokens.length - 1] = whole.length
  return { text: whole, tokenEnds_T }
}
