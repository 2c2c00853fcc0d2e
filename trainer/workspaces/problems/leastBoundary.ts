import path from 'node:path'
import type { WorkspaceTask } from '../../protocol/execution.ts'

export type Boundary = WorkspaceTask['boundary']

/** How the tests went behind a boundary. */
export interface Tried {
  readonly passed: ReadonlySet<string>
  /** Something was given that the boundary does not let in. */
  readonly refused: boolean
}

const LEVELS = ['data', 'functions', 'objects'] as const

/**
 * The narrowest boundary behind which all goes as it does behind the widest: whatever else is let in, a candidate may use, too.
 * @param floor none that is narrower is tried.
 */
export async function leastBoundary<T extends Tried>(
  run: (boundary: Boundary) => Promise<T>, floor: Boundary = 'data'
): Promise<{ readonly boundary: Boundary; readonly tried: T }> {
  const widest = await run('objects')
  for (const boundary of LEVELS.slice(LEVELS.indexOf(floor), -1)) {
    const tried = await run(boundary)
    if (!tried.refused && tried.passed.size >= widest.passed.size) return { boundary, tried }
  }
  return { boundary: 'objects', tried: widest }
}

/**
 * What a test asks for of files that are not written yet: one that constructs what it imports of them needs objects, one that calls what
 * an import gives needs functions. Told from the test's words, since there is nothing to be run.
 */
export function boundaryAskedFor(testFile: string, text: string, files: readonly string[]): Boundary {
  const python = testFile.endsWith('.py')
  const names = importedOf(text, python ? PYTHON_IMPORT : SCRIPT_IMPORT, files)
  if (names.length === 0) return 'data'
  const imported = `\\b(?:${names.map((name) => name.replaceAll('$', '\\$')).join('|')})\\b`
  const constructed = python ? `(?:(?=[A-Z])${imported}|${imported}\\.[A-Z]\\w*)\\(` : `\\bnew\\s+${imported}`
  if (new RegExp(constructed).test(text)) return 'objects'
  return new RegExp(`${imported}(?:\\.\\w+)?\\([^()\\n]*\\)\\s*\\(`).test(text) ? 'functions' : 'data'
}

const SCRIPT_IMPORT = /(?:\bimport\s+([^'"();]+?)\s+from\s*|\b(?:const|let|var)\s+([^=;]+?)\s*=\s*(?:await\s+)?(?:require|import)\(\s*)['"]\.[^'"]*['"]/g
const PYTHON_IMPORT = /^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+)|import[ \t]+([^\n#]+))/gm

/** Words of the imports that name one of these files. */
function importedOf(text: string, form: RegExp, files: readonly string[]): string[] {
  const named = new RegExp(`(?<![\\w-])(?:${files.map((file) => moduleName(file).replace(/[^\w]/g, '\\$&')).join('|')})(?![\\w-])`)
  const clauses = [...text.matchAll(form)].filter(([statement]) => named.test(statement)).map(([, first, second]) => first ?? second!)
  const words = clauses.flatMap((clause) => clause.match(/[A-Za-z_$][\w$]*/g) ?? [])
  return [...new Set(words)].filter((word) => !['as', 'type', 'default', 'import'].includes(word))
}

function moduleName(file: string): string {
  const { name, dir } = path.posix.parse(file)
  return name === 'index' || name === '__init__' ? path.posix.basename(dir) : name
}
