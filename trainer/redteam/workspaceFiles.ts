import type { ProgramFile, WorkspaceTask } from '../protocol/execution.ts'
import type { Cheat, CheatFamily, Sketch } from './cheat.ts'
import { cheatProgram } from './cheatProgram.ts'

/** Guesses need examples, which a workspace shows to nobody; attempts without end cost a whole test run each. */
const ELSEWHERE: ReadonlySet<CheatFamily> = new Set(['guessed answer', 'exhaustion', 'query'])
/** Of these those that need none: what a test expects may be made of the very arguments that are changed. */
const ALSO_HERE: ReadonlySet<string> = new Set(['idle', 'failing', 'argument-changed'])

export const forWorkspaces = ({ name, family }: Pick<Cheat, 'name' | 'family'>): boolean => !ELSEWHERE.has(family) || ALSO_HERE.has(name)

/**
 * The files of the solution with every function of theirs broken and the cheat appended, then the cheat’s own files; undefined where
 * the cheat has no form for this language.
 */
export function workspaceFiles(task: WorkspaceTask, cheat: Cheat): ProgramFile[] | undefined {
  if (!forWorkspaces(cheat)) return undefined
  const broken = task.files.map((file) => brokenFile(file, cheat))
  if (broken.length === 0 || broken.some((file) => file === undefined)) return undefined
  return [...broken.filter((file) => file !== undefined), ...(cheat.files?.(task) ?? [])]
}

const NOTHING = { style: 'call', functions: [], examples: [], tables: [] } as const

function brokenFile({ path, text }: ProgramFile, cheat: Cheat): ProgramFile | undefined {
  const python = path.endsWith('.py')
  const sketch: Sketch | undefined = python ? cheat.python : cheat.javascript
  const program = sketch && cheatProgram(cheat, python ? 'python' : 'javascript', NOTHING)
  if (program === undefined) return undefined
  if (python) return { path, text: `${text}\n${program}\n${overridesInPython(text)}` }
  return { path, text: `${assignable(text)}\n;{\n${program}\n${overridesInJavascript(text)}\n}\n` }
}

/** Names of what a module defines at its top level. */
function definedIn(text: string, patterns: readonly RegExp[]): string[] {
  return [...new Set(patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((found) => found[1]!)))]
}

const VALUE = /^((?:export\s+)?)const(\s+\w+\s*(?::[^=\n]+)?=\s*(?:async\s*)?(?:\(|function\b|\w+\s*=>))/gm
const JS_FUNCTIONS = [
  /^(?:export\s+)?(?:default\s+)?(?:async\s+)?function\s*\*?\s*(\w+)/gm,
  /^(?:export\s+)?(?:const|let|var)\s+(\w+)\s*(?::[^=\n]+)?=\s*(?:async\s*)?(?:\(|function\b|\w+\s*=>)/gm
]
const JS_EXPORTS = [/^(?:module\.)?exports\.(\w+)\s*=/gm]
const JS_CLASSES = [/^(?:export\s+)?(?:default\s+)?class\s+(\w+)/gm]
const PYTHON_FUNCTIONS = [/^(?:async\s+)?def\s+(\w+)/gm]
const PYTHON_CLASSES = [/^class\s+(\w+)/gm]

const assignable = (text: string): string => text.replaceAll(VALUE, '$1let$2')

function overridesInJavascript(text: string): string {
  const cheating = '(...args) => answer(args)'
  const functions = definedIn(text, JS_FUNCTIONS)
  const exported = [...functions, ...definedIn(text, JS_EXPORTS)].map((name) => `  if (${JSON.stringify(name)} in module.exports) module.exports.${name} = ${cheating}`)
  const classes = definedIn(text, JS_CLASSES).map((name) => {
    const members = `for (const key of Object.getOwnPropertyNames(${name}.prototype)) if (key !== 'constructor')`
    return `${members} Object.defineProperty(${name}.prototype, key, { value: ${cheating} })`
  })
  const own = functions.map((name) => `${name} = ${cheating}`)
  return [...own, ...classes, 'if (typeof module !== \'undefined\' && module.exports) {', ...exported, '}'].join('\n')
}

function overridesInPython(text: string): string {
  const functions = definedIn(text, PYTHON_FUNCTIONS).map((name) => `${name} = lambda *args, **_: answer(list(args))`)
  const classes = definedIn(text, PYTHON_CLASSES).map((name) =>
    `for key in [key for key, value in vars(${name}).items() if callable(value) and not key.startswith("__")]:\n    setattr(${name}, key, lambda *args, **_: answer(list(args)))`)
  return [...functions, ...classes, ''].join('\n')
}
