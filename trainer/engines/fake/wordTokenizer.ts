import { LabError } from '../../errors.ts'

/** One token per word of a fixed vocabulary; text is words separated by single spaces. Token 0 ends a text. */
export interface WordTokenizer {
  readonly vocabulary: readonly string[]
  encode(text: string): number[]
  decode(tokens: readonly number[]): string
}

export function createWordTokenizer(vocabulary: readonly string[]): WordTokenizer {
  const ids = new Map(vocabulary.map((word, id) => [word, id]))
  const idOf = (word: string, text: string): number => {
    const id = ids.get(word)
    if (id !== undefined) return id
    throw new LabError('engine', 'engine/unknown-word', `The word ${JSON.stringify(word)} of ${JSON.stringify(text)} is not in the vocabulary.`, {
      remedy: 'Use a model whose vocabulary covers the environment.'
    })
  }
  return {
    vocabulary,
    encode: (text) => text.split(' ').filter((word) => word !== '').map((word) => idOf(word, text)),
    decode: (tokens) => tokens.map((token) => vocabulary[token] ?? '').join(' ')
  }
}
