/** Number of words in a text; words are parted by white space. */
export function countWords(text) {
  const trimmed = text.trim()
  return trimmed === '' ? 0 : trimmed.split(/\s+/).length
}

/** The text with the first letter of each word as a capital, but for short words within it. */
export function titleCase(text) {
  const small = new Set(['a', 'an', 'and', 'of', 'or', 'the', 'to', 'in'])
  return text
    .toLowerCase()
    .split(' ')
    .map((word, at) => (at > 0 && small.has(word) ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join(' ')
}

/** A text as part of an address: lower case, words parted by single hyphens. */
export function slugify(text) {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
