import { transform } from 'sucrase'
import type { Transform } from 'sucrase'
import type { Language, ProgramFile } from '../../protocol/execution.ts'

/** A candidate's files as the interpreter takes them: types off, imports turned into `require`. */
export interface Program {
  readonly paths: readonly string[]
  readonly texts: readonly string[]
}

/** A module's statements begin a line so in all but odd programs; where such words stand in a text, the transform leaves them alone. */
const MODULE_STATEMENT = /^[ \t]*(?:import|export)\b/m
/** For a shell; no statement where a program is wrapped. */
const HASHBANG = /^(\ufeff?)#!/
const TYPED = /\.[cm]?ts$/

/** @throws Error of the parser where the text is no program. */
export function readProgram(files: readonly ProgramFile[], language: Language): Program {
  const texts = files.map(({ path, text }, place) => {
    if (path.endsWith('.json')) return text
    return plainScript(text.replace(HASHBANG, '$1//'), place === 0 ? language === 'typescript' : TYPED.test(path))
  })
  return { paths: files.map(({ path }) => path.replace(/^(?:\.?\/)+/, '')), texts }
}

function plainScript(text: string, typed: boolean): string {
  const transforms: Transform[] = [...(typed ? ['typescript' as const] : []), ...(MODULE_STATEMENT.test(text) ? ['imports' as const] : [])]
  return transforms.length === 0 ? text : transform(text, { transforms, disableESTransforms: true, production: true }).code
}

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u
/** Names that an expression cannot begin with. */
const RESERVED = new Set((
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in ' +
  'instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield'
).split(' '))

/** Stands before a file's first line, whose columns it shifts. */
export const HEAD = '(function (exports, require, module, __filename, __dirname) {'

/**
 * A file as an expression: a function of what modules are given. Lines stay where they are. The value of the main file's `wanted`,
 * which need not be exported, is what the function returns.
 */
export function moduleFunction(text: string, wanted: string | undefined, kind: 'function' | 'async function'): string {
  const named = wanted !== undefined && NAME.test(wanted) && !RESERVED.has(wanted)
  return `${kind === 'function' ? HEAD : `(async ${HEAD.slice(1)}`}${text}\n${named ? `return typeof ${wanted} === 'undefined' ? undefined : ${wanted}` : ''}})`
}
