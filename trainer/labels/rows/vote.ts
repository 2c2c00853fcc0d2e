/** The answer of most; undefined where two lead or fewer than `minimumAgreement` of all say it. */
export function majority<T>(votes: readonly T[], minimumAgreement: number): T | undefined {
  const counts = new Map<T, number>()
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1)
  const ranked = [...counts].sort(([, a], [, b]) => b - a)
  const [first, second] = ranked
  if (first === undefined || first[1] === second?.[1]) return undefined
  return first[1] / votes.length >= minimumAgreement ? first[0] : undefined
}
