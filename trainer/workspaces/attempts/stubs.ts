import path from 'node:path'
import { LabError } from '../../errors.ts'
import { exportsData } from './exportedData.ts'

/** How a file can be put behind the boundary. */
export type StubKind = 'esm' | 'cjs' | 'python'

const NAME = /^[A-Za-z_$][\w$]*$/
const KINDS: Readonly<Record<string, StubKind>> = { '.js': 'esm', '.mjs': 'esm', '.ts': 'esm', '.mts': 'esm', '.cjs': 'cjs', '.cts': 'cjs', '.py': 'python' }

/** Whether a file of this name can be put behind the boundary at all. */
export const canBeApart = (file: string): boolean => path.extname(file) in KINDS && !file.endsWith('.d.ts')

/** @param moduleType `type` of the package that the file lies in. */
export function stubKindOf(file: string, moduleType: 'module' | 'commonjs'): StubKind {
  const extension = path.extname(file)
  const kind = KINDS[extension]
  if (kind === undefined) {
    throw new LabError('environment', 'workspace/no-boundary', `${file} cannot be kept apart from the tests: it is neither JavaScript, TypeScript nor Python.`, {
      remedy: 'Make problems of files in these languages.', place: file
    })
  }
  return extension === '.js' && moduleType === 'commonjs' ? 'cjs' : kind
}

/** Of a module, where it is there. */
interface ModuleTexts {
  readonly original?: string | undefined
  readonly written?: string | undefined
}

/**
 * What stands in the tests' copy in place of a module of the candidate: its exports are calls to the candidate's process.
 * @param file path of the module in the project.
 * @param texts of the original and of what the candidate wrote nothing is taken but names of exports. One that only the original
 * has is undefined, so that its tests fail and the others run.
 */
export function stubOf(kind: StubKind, file: string, { original = '', written = '' }: ModuleTexts, runtime: string): string {
  const place = JSON.stringify(file)
  if (kind === 'python') return `from lab_boundary.client import bind\nbind(globals(), ${place}, ${JSON.stringify(wordsIn(original))})\n`
  const client = JSON.stringify(path.join(runtime, 'client.cjs'))
  const load = `load(${place}, '${kind}'${exportsData(original) ? ', true' : ''})`
  if (kind === 'cjs') return `module.exports = require(${client}).${load}.get('module.exports')\n`
  const names = [...new Set([original, written].flatMap(exportedNames))]
  const bindings = names.map((name, at) => `const e${at} = m.get(${JSON.stringify(name)})\nexport { e${at} as ${name} }`)
  return [`import boundary from ${client}`, `const m = boundary.${load}`, ...bindings, ''].join('\n')
}

/** Every word of a text, names of definitions among them. */
const wordsIn = (text: string): string[] => [...new Set(text.match(/\b[A-Za-z]\w*/g))].sort()

const DECLARED = /^[ \t]*export\s+(?:async\s+)?(?:abstract\s+)?(?:function\s*\*?|class|const|let|var|enum)\s+([A-Za-z_$][\w$]*)/gm
const LISTED = /^[ \t]*export\s*\{([^}]*)\}/gm
const DEFAULT = /^[ \t]*export\s+default\b/m

/** Names of exports as far as they are written plainly; one that is written otherwise is missing for the tests. */
export function exportedNames(text: string): string[] {
  const declared = [...text.matchAll(DECLARED)].map(([, name]) => name!)
  const items = [...text.matchAll(LISTED)].flatMap(([, list]) => list!.split(',')).filter((item) => !/^\s*type\s/.test(item))
  const listed = items.map((item) => item.trim().split(/\s+as\s+/).at(-1)!.trim())
  return [...new Set([...declared, ...listed, ...(DEFAULT.test(text) ? ['default'] : [])])].filter((name) => NAME.test(name))
}
