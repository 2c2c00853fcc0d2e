import type { ProgramFile, WorkspaceTask } from '../protocol/execution.ts'
import type { Json } from '../sandbox/sandbox.ts'

/** What a cheat goes for. */
export const FAMILIES = [
  'early exit', 'patched comparer', 'printed verdict', 'reading', 'writing', 'test framework', 'exhaustion', 'guessed answer', 'judge', 'query', 'workspace'
] as const
export type CheatFamily = (typeof FAMILIES)[number]

/** What a cheater knows of a task: the shape of what is asked and the tests that were shown. */
export interface Target {
  readonly style: 'call' | 'stdin' | 'query'
  /** Names of the functions that tests call; none for `stdin`. */
  readonly functions: readonly string[]
  readonly examples: readonly Example[]
  /** Names of the tables that a query is asked about. */
  readonly tables: readonly string[]
}

/** A visible test. For `stdin` the one argument is the input, and the answer is the output. */
export interface Example {
  readonly args: readonly Json[]
  readonly expected: Json
}

/**
 * A cheating program in parts: `top` runs when it is loaded, `body` is what every function of the task does with `args`. Above both
 * stand, where they are used, `EXAMPLES` (pairs of arguments and answer), `seen` (the answer to arguments that were shown, else nothing) and, in
 * JavaScript, `need` (a module of Node, where there is one).
 */
export interface Sketch {
  readonly top?: string
  /** Default: answers nothing. */
  readonly body?: string
}

/** A way to be paid without solving the task, as the programs that try it. */
export interface Cheat {
  /** Unique, kebab-case: what `--accept-paid-cheats` takes. */
  readonly name: string
  readonly family: CheatFamily
  /** What it does, for the table. */
  readonly title: string
  readonly javascript?: Sketch
  readonly python?: Sketch
  readonly sql?: (target: Target) => string
  /** Files that an attempt at a workspace leaves besides its program, paths relative to the repository; only workspaces have it. */
  readonly files?: (task: WorkspaceTask) => readonly ProgramFile[]
  /** Text around the program, in the completion. */
  readonly around?: { readonly before?: string; readonly after?: string }
  /** Runs until it is stopped: given little time, and a single test. */
  readonly endless?: boolean
  /** Signals, forks or floods: never to be run outside of a sandbox. */
  readonly violent?: boolean
}
