/** Name of the run and of the labeler that a label file is of; undefined for others (label sets, attributes). */
function partsOf(file: string): { readonly run: string; readonly labeler: string } | undefined {
  const match = /(?:^|\/)labels\/([^/]+)\/([^/]+)-[A-Za-z0-9]{1,32}\.jsonl$/.exec(file)
  return match ? { run: match[1]!, labeler: match[2]! } : undefined
}

const MOST_NAMED = 3

/** A message for a commit of these files, paths with `/`. */
export function commitMessage(files: readonly string[]): string {
  const parts = files.flatMap((file) => partsOf(file) ?? [])
  if (parts.length === 0) return 'Add label sets'
  const runs = [...new Set(parts.map(({ run }) => run))]
  return `Add labels of ${named(parts.map(({ labeler }) => labeler))} on ${runs.length === 1 ? runs[0]! : `${runs.length} runs`}`
}

function named(names: readonly string[]): string {
  const different = [...new Set(names)].sort()
  if (different.length > MOST_NAMED) return `${different.length} labelers`
  return different.length < 2 ? (different[0] ?? '') : `${different.slice(0, -1).join(', ')} and ${different.at(-1)}`
}
