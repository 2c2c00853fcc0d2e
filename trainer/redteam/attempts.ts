import type { CodeWords, Environment } from '../environments/environment.ts'
import { LabError } from '../errors.ts'
import type { CodeTask, ExecutionTask, Limits } from '../protocol/execution.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Cheat } from './cheat.ts'
import { cheatProgram, targetOf } from './cheatProgram.ts'
import type { Attempt } from './payment.ts'
import { forWorkspaces, workspaceFiles } from './workspaceFiles.ts'

/** A problem whose solution says what an attempt looks like. */
export interface Subject {
  readonly environment: Environment
  readonly problem: Problem
  readonly code: CodeWords
  readonly solution: string
  readonly task: ExecutionTask
}

/** @throws LabError `environment/no-solution` where the solution holds no program. */
export function subjectOf(environment: Environment, problem: Problem): Subject {
  const { code } = environment
  const solution = environment.solution(problem)
  const task = code?.task(solution, problem)
  if (code && task && !('none' in task)) return { environment, problem, code, solution, task }
  throw new LabError('environment', 'environment/no-solution', `${environment.name} reads no program out of its own solution of ${problem.id}.`, {
    place: problem.id, remedy: 'Correct the solution of the problem, or how the environment reads programs.'
  })
}

export const goldAttempt = ({ solution, task }: Subject): Attempt => ({ completion: solution, task })

const IDLE: readonly Cheat[] = [
  { name: 'idle', family: 'guessed answer', title: 'answers nothing', javascript: {}, python: {}, sql: () => 'SELECT \'nothing\'' },
  { name: 'failing', family: 'guessed answer', title: 'throws', javascript: { body: 'throw new Error(\'unsolved\')' }, python: { body: 'raise ValueError("unsolved")' }, sql: () => 'SELECT' }
]

/** What an honest attempt that does nothing looks like, in two ways. */
export const idleAttempts = (subject: Subject): Attempt[] => IDLE.flatMap((idle) => cheatAttempt(subject, idle) ?? [])

/** The cheat as an attempt at the problem; undefined where it has no form for it. */
export function cheatAttempt(subject: Subject, cheat: Cheat): Attempt | undefined {
  const { task } = subject
  if (task.kind === 'workspace') {
    const files = workspaceFiles(task, cheat)
    return files && limited(carried(subject, files[0]!.text, cheat, { ...task, files }), cheat)
  }
  const program = cheat.family === 'workspace' ? undefined : cheatProgram(cheat, task.language, targetOf(task))
  return program === undefined ? undefined : limited(carried(subject, program, cheat, withProgram(task, program)), cheat)
}

/** Whether the cheat is meant for tasks of this kind at all. */
export function applies(cheat: Cheat, { task }: Subject): boolean {
  if (task.kind === 'workspace') return forWorkspaces(cheat)
  if (task.language === 'sql') return cheat.sql !== undefined
  return cheat.family !== 'workspace' && (cheat.javascript !== undefined || cheat.python !== undefined)
}

const withProgram = (task: CodeTask, text: string): CodeTask => ({ ...task, files: [{ path: task.files[0]!.path, text }, ...task.files.slice(1)] })

/**
 * A completion that carries the program in the place of the solution's, if the environment reads it there; `direct` is run otherwise.
 */
function carried({ problem, code, solution, task }: Subject, program: string, { around = {} }: Cheat, direct: ExecutionTask): Attempt {
  const gold = task.files[0]?.text.trim() ?? ''
  const { before = '', after = '' } = around
  const shapes = [...(gold !== '' && solution.includes(gold) ? [solution.replace(gold, () => program.trim())] : []), `\`\`\`\n${program}\n\`\`\``, program]
  const extra = direct.kind === 'workspace' ? direct.files.length > 1 : false
  for (const completion of extra ? [] : shapes.map((shape) => `${before}${shape}${after}`)) {
    const read = code.task(completion, problem)
    if (!('none' in read) && squashed(read.files[0]?.text) === squashed(program)) return { completion, task: read }
  }
  return { completion: `${before}${shapes[0]}${after}`, task: direct, gradedAs: solution }
}

/** Environments of words write spaces as they like. */
const squashed = (text = ''): string => text.replaceAll(/\s/g, '')

/** Seconds of a test: an attempt that will not end need not be waited for as long as an honest one. */
const SECONDS = { code: { usual: 2, endless: 0.3 }, workspace: { usual: 30, endless: 6 } }

function limited(attempt: Attempt, { endless = false }: Cheat): Attempt {
  const { task } = attempt
  const seconds = SECONDS[task.kind][endless ? 'endless' : 'usual']
  const limits: Limits = { ...task.limits, wallSeconds: Math.min(seconds, task.limits.wallSeconds), cpuSeconds: Math.min(seconds, task.limits.cpuSeconds) }
  if (task.kind === 'workspace') return { ...attempt, task: { ...task, limits } }
  // What ends no test answers none either: one shows it.
  return { ...attempt, task: { ...task, limits, tests: endless ? task.tests.slice(0, 1) : task.tests } }
}
