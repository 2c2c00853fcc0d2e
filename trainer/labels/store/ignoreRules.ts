/** A rule that ignores the whole folder of Rollout Lab, wherever it lies. */
const WHOLE_FOLDER = /^(\/?(?:[^\s#!/][^\s/]*\/)*|\*\*\/)\.rollout-lab(\/\*{0,2})?$/

/**
 * Text of an ignore file in which the rule in `line` (1-based), which ignores all of `.rollout-lab`, lets labels and label sets
 * through. Undefined where the line says something else: then people have to decide.
 */
export function lettingLabelsThrough(text: string, line: number): string | undefined {
  const lines = text.split('\n')
  const rule = lines[line - 1]?.replace(/\r$/, '').trimEnd()
  const before = rule === undefined ? undefined : WHOLE_FOLDER.exec(rule)?.[1]
  if (before === undefined) return undefined
  // A rule without a slash holds in every folder; with one, from the file's folder on.
  const folder = `${before === '' ? '**/' : before}.rollout-lab`
  const end = lines[line - 1]!.endsWith('\r') ? '\r' : ''
  const rules = [`${folder}/*`, `!${folder}/labels/`, `!${folder}/label-sets/`]
  return [...lines.slice(0, line - 1), ...rules.map((each) => `${each}${end}`), ...lines.slice(line)].join('\n')
}
