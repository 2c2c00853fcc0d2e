import { basename, extname } from 'node:path'
import { functionsIn } from '../../trainer/workspaces/problems/functionsIn.ts'
import type { FoundFunction } from '../../trainer/workspaces/problems/functionsIn.ts'

/** The words of a test file. */
export type Words = ReadonlySet<string>

export const wordsOf = (text: string): Words => new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu))

/**
 * The functions of a file that a test names, in a test file that names the module. Cheap and by words alone: whether tests decide
 * about a function shows when a problem is made of it.
 */
export function coveredFunctions(file: string, text: string, tests: readonly Words[]): FoundFunction[] {
  const module = [...wordsOf(basename(file, extname(file)))]
  const naming = tests.filter((words) => module.every((word) => words.has(word)))
  return naming.length === 0 ? [] : functionsIn(file, text).filter(({ name }) => naming.some((words) => words.has(name)))
}
