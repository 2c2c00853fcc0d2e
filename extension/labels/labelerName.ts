const LONGEST = 40

/** A name as it may stand in the name of a file: letters, digits, `.`, `_` and `-`. Undefined where nothing is left of it. */
export function fitLabelerName(name: string): string | undefined {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, LONGEST).replace(/[-.]+$/, '')
  return plain === '' ? undefined : plain
}

/** The first name that something is left of. */
export function firstFitName(names: readonly (string | undefined)[]): string {
  for (const name of names) {
    const fit = name === undefined ? undefined : fitLabelerName(name)
    if (fit !== undefined) return fit
  }
  return 'labeler'
}
