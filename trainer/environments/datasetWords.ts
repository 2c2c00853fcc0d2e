/** Words of a tokenizer made from texts at most: beyond them a tokenizer of parts of words belongs to the model. */
const MOST_WORDS = 16_384
const END_OF_TEXT = '<eos>'

/**
 * The words of texts as a word-level tokenizer splits them, at single spaces, in the order they come, end of text first;
 * empty where there are more than 16,384 of them or none.
 */
export function wordsOf(texts: Iterable<string>): string[] {
  const words = new Set([END_OF_TEXT])
  for (const text of texts) {
    for (const word of text.split(' ')) if (word !== '') words.add(word)
    if (words.size > MOST_WORDS) return []
  }
  return words.size === 1 ? [] : [...words]
}
