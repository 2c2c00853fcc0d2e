import { resolve } from 'node:path'
import { z } from 'zod'
import { LabError } from '../errors.ts'
import type { ExecutionRecord, ExecutionTask, TestVerdict } from '../protocol/execution.ts'
import { Limits, WorkspaceTask } from '../protocol/execution.ts'
import type { Problem, Split } from '../protocol/problem.ts'
import type { Span } from '../protocol/rollout.ts'
import { findThinking } from '../renderers/think.ts'
import type { Environment, Rendering, Verdict } from './environment.ts'
import { right, wrong } from './verdict.ts'
import { findChange } from './workspaceCompletion.ts'
import { completionOf } from './workspacePrompt.ts'
import { readTaskset, WORKSPACE } from './workspaceTaskset.ts'
import type { OpenedProblem } from './workspaceTaskset.ts'

export const WorkspaceOptions = z.strictObject({
  path: z.string().min(1).describe('The problems, relative to the folder of the run file: a file that `lab problems mine` made.'),
  wallSeconds: Limits.shape.wallSeconds.optional().describe('Of all tests of an attempt; default 60.')
})
export type WorkspaceOptions = z.infer<typeof WorkspaceOptions>

const WorkspaceMix = z.strictObject({})
type WorkspaceMix = z.infer<typeof WorkspaceMix>
type WorkspaceEnvironment = Environment<WorkspaceOptions, WorkspaceMix>

/** Changes of the user's own code, judged by its own tests at pinned commits. Has to be opened: its problems lie in a file. */
export const workspace: WorkspaceEnvironment = {
  ...workspaceEnvironment([], { path: '-' }),
  open: async (options, baseFolder) => workspaceEnvironment(await readTaskset(resolve(baseFolder, options.path)), options)
}

/** The environment over problems that were read. */
export function workspaceEnvironment(opened: readonly OpenedProblem[], options: WorkspaceOptions): WorkspaceEnvironment {
  const byId = new Map(opened.map((one) => [one.problem.id, one]))
  const rowOf = ({ id }: Problem): OpenedProblem =>
    byId.get(id) ?? fail('workspace/unknown-problem', `${WORKSPACE}: the problem ${id} is not in ${options.path}.`, 'Open the file of problems that it came from.')
  const solution = (problem: Problem): string => solutionOf(rowOf(problem))
  return {
    name: WORKSPACE,
    title: 'Workspace',
    description: 'Changes of your own code, judged by its own tests.',
    options: WorkspaceOptions,
    mix: WorkspaceMix,
    vocabulary: [],
    generate(random, split) {
      const candidates = opened.filter((one) => one.split === split)
      if (candidates.length === 0) throw noProblems(opened, split, options)
      return random.pick(candidates).problem
    },
    solution,
    demonstrate: solution,
    render: (completion, problem) => renderChange(completion, rowOf(problem)),
    grade: (completion, problem, execution) => gradeChange(completion, rowOf(problem), execution),
    checkSteps: () => [],
    code: { task: (completion, problem) => taskOf(completion, rowOf(problem), options), feedback: tellFailures }
  }
}

function taskOf(completion: string, { row, repository }: OpenedProblem, { wallSeconds }: WorkspaceOptions): ExecutionTask | { readonly none: string } {
  const change = findChange(completion, row)
  if ('none' in change) return change
  const { commit, folder, editable, runner, boundary, testFiles, failToPass, passToPass } = row
  const given = { repository, commit, folder, files: change.files, editable, runner, boundary, testFiles, failToPass, passToPass }
  const task = WorkspaceTask.parse({ kind: 'workspace', ...given })
  return wallSeconds === undefined ? task : { ...task, limits: { ...task.limits, wallSeconds, cpuSeconds: wallSeconds } }
}

function gradeChange(completion: string, { row }: OpenedProblem, execution: ExecutionRecord | undefined): Verdict {
  const change = findChange(completion, row)
  if ('none' in change) return wrong(null, change.none)
  const answer = change.blocks.map(({ from, to }) => completion.slice(from, to)).join('\n')
  if (execution === undefined) return wrong(answer, 'The tests were not run.')
  const { tests } = execution
  const passed = tests.filter(({ verdict }) => verdict === 'pass').length
  const failed = tests.find(({ verdict }) => verdict !== 'pass')
  if (tests.length > 0 && failed === undefined) return right(answer, `All ${tests.length} tests pass.`)
  return wrong(answer, `${passed} of ${tests.length} tests pass${failed ? `; ${failed.name}: ${failed.why}` : ''}`)
}

/**
 * Names of what failed among the tests that the model was told of, and in a word of ours how; of the others only that some failed. A message
 * may be what the candidate threw, or hold a value that a test expects.
 */
function tellFailures({ tests }: ExecutionRecord): string {
  const failed = tests.filter(({ verdict }) => verdict !== 'pass')
  const shown = failed.filter(({ visible }) => visible).slice(0, 10).map(({ name, verdict }) => `- ${name}: ${VERDICTS[verdict ?? 'noResult']}`)
  const kept = failed.length - shown.length
  const rest = kept > 0 ? [`- and ${kept} more`] : []
  return ['These tests fail:', ...shown, ...rest, 'Answer again in the same form.'].join('\n')
}

const VERDICTS: Readonly<Record<TestVerdict, string>> = {
  pass: 'passes', wrongValue: 'wrong value', exception: 'exception', timeout: 'timeout', memory: 'out of memory', outputLimit: 'too much output', forbidden: 'forbidden', noResult: 'no result'
}

function renderChange(completion: string, { row }: OpenedProblem): Rendering {
  const thinking = findThinking(completion)
  const change = findChange(completion, row)
  const thought: Span[] = thinking === null ? [] : [{ kind: 'think', from: thinking.from, to: thinking.to }]
  if ('none' in change) return { spans: thought, wellFormed: false, why: change.none }
  return { spans: [...thought, ...change.blocks.map(({ from, to }) => ({ kind: 'answer' as const, from, to }))], wellFormed: true, why: 'Code in blocks.' }
}

function solutionOf({ row, problem }: OpenedProblem): string {
  if (row.gold !== undefined) return completionOf(row, row.gold)
  return fail('environment/no-solution', `${WORKSPACE}: nobody has solved the problem ${problem.id} yet.`, 'Use problems made of functions or commits where solutions are needed.')
}

function noProblems(opened: readonly OpenedProblem[], split: Split, { path }: WorkspaceOptions): LabError {
  if (opened.length === 0 && path === '-') {
    return new LabError('environment', 'environment/not-open', `${WORKSPACE}: no problems were opened.`, { remedy: 'Open the environment first.' })
  }
  return new LabError('dataset', 'dataset/empty-split', `${path} has no problems in the split “${split}”.`, {
    remedy: 'Mine more problems, or set `split` in its lines.', place: path
  })
}

function fail(code: string, message: string, remedy: string): never {
  throw new LabError('environment', code, message, { remedy })
}
