import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { OpenEnvironment } from '../../environments/registry.ts'
import { LabError } from '../../errors.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { ResolvedRun } from '../../protocol/runFile.ts'
import { evaluatedStageOf } from '../../protocol/runStages.ts'
import { gradeCompletion, notScorable } from '../../orchestrator/grading.ts'
import { openRewards } from '../../orchestrator/runPlan.ts'
import { scoreRollout } from '../../rewards/scoreRollout.ts'
import type { WeightedReward } from '../../rewards/scoreRollout.ts'
import { environmentsOf } from '../../runFiles/environmentMistakes.ts'
import { loadRunFile } from '../../runFiles/loadRunFile.ts'
import type { Executor } from '../../sandbox/executor.ts'
import { readJsonLines } from '../../stores/jsonLinesReader.ts'
import type { JsonLine } from '../../stores/jsonLinesReader.ts'
import { consentsOf } from '../consentOptions.ts'
import type { ConsentOptions } from '../consentOptions.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { noticesOf, printNotices } from '../printNotices.ts'
import { problemFinder, SEARCHED_PER_SPLIT } from '../scoring/problemFinder.ts'
import { SCORE_LINE_SHAPES, ScoreLine } from '../scoring/scoreLine.ts'
import type { ScoredLine } from '../scoring/scoreLine.ts'
import type { Services, Workspace } from '../services.ts'

export interface ScoreOptions extends Omit<ConsentOptions, 'trustModule'> {
  readonly completions: string
  readonly set: readonly string[]
  /** Of the problems that ids refer to, as in `lab problems`; default: that of the run file. */
  readonly seed?: number
}

/**
 * The rewards of a run file on given completions: one JSON line out for each line in, in order. A line that cannot be
 * scored gets `{"error"}` in its place and makes the exit code 1.
 */
export async function scoreCommand(host: Host, services: Services, file: string, options: ScoreOptions): Promise<ExitCode> {
  const { run, folder } = loadRunFile(resolve(host.cwd, file), options.set, services.catalogue, file)
  const completions = completionsFile(host, options.completions)
  const workspace = services.openWorkspace(folder, { ...consentsOf(host, options), deadlineSeconds: run.rewardDeadlineSeconds })
  try {
    const scorer = await openScorer(workspace, run, options.seed ?? run.seed)
    printNotices(host, noticesOf([...scorer.environments.values()]))
    let failed = false
    for (const lines of inBatches(readJsonLines(completions))) {
      for (const scored of await Promise.all(lines.map((line) => scoreOne(scorer, line)))) {
        failed ||= 'error' in scored
        host.stdout.write(`${JSON.stringify(scored)}\n`)
      }
    }
    return failed ? EXIT.failed : EXIT.finished
  } finally {
    await workspace.close()
  }
}

/** Lines scored at a time: enough to keep the sandboxes busy. */
const BATCH = 64

function* inBatches(lines: Iterable<JsonLine>): Generator<JsonLine[]> {
  let batch: JsonLine[] = []
  for (const line of lines) {
    if (batch.push(line) < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

function completionsFile(host: Host, named: string): string {
  const file = resolve(host.cwd, named)
  if (existsSync(file)) return realpathSync(file)
  throw new LabError('usage', 'usage/missing-file', `There is no file ${named}.`, {
    place: '--completions', remedy: `Name a file of JSON lines, each ${SCORE_LINE_SHAPES}.`
  })
}

type Searchable = OpenEnvironment & { readonly find: (id: string) => Problem | undefined }

interface Scorer {
  readonly run: ResolvedRun
  readonly environments: ReadonlyMap<string, Searchable>
  /** Those of the stage as which the run is evaluated, with its token limit. */
  readonly rewards: readonly WeightedReward[]
  readonly maxTokens: number
  /** Where completions are programs. */
  readonly executor?: Executor
}

async function openScorer(workspace: Workspace, run: ResolvedRun, seed: number): Promise<Scorer> {
  const stage = evaluatedStageOf(run)
  const environments = new Map<string, Searchable>()
  for (const { reference } of environmentsOf(run)) {
    const opened = await workspace.environment(reference)
    // The first reference to an environment is the one that the run trains on.
    const { name } = opened.environment
    if (!environments.has(name)) environments.set(name, { ...opened, find: problemFinder(opened, seed, stage.problemsPerStep ?? run.problemsPerStep) })
  }
  const rewards = await openRewards(stage.rewards ?? run.rewards, { openReward: workspace.reward })
  const executor = await workspace.executor([...environments.values()], run)
  return { run, environments, rewards, maxTokens: (stage.sampling ?? run.sampling).maxTokens, ...(executor && { executor }) }
}

async function scoreOne(scorer: Scorer, line: JsonLine): Promise<ScoredLine> {
  const parsed = ScoreLine.safeParse(line.value)
  if (!parsed.success) return { error: `line ${line.line}: ${line.problem ?? `not a line to score; each is ${SCORE_LINE_SHAPES}`}` }
  try {
    return await scoreCompletion(scorer, parsed.data)
  } catch (error) {
    // What is wrong with one line must not take the others' scores away.
    return { error: `line ${line.line}: ${error instanceof Error ? error.message : String(error)}` }
  }
}

async function scoreCompletion(scorer: Scorer, line: ScoreLine): Promise<ScoredLine> {
  const named = line.environment ?? ('problem' in line ? line.problem.environment : undefined)
  const opened = pickEnvironment(scorer, named, 'problemId' in line ? line.problemId : undefined)
  const problem = problemOf(line, opened)
  const { found, failure, executions, errors } = await gradeCompletion({ environment: opened.environment, problem }, line.completion, scorer)
  const ran = executions ? { executions } : {}
  if (!found) {
    if (failure === undefined) throw new Error(errors[0]?.message ?? 'the grader failed')
    return { ...notScorable(scorer.rewards, failure).reward, ...ran }
  }
  const input = {
    problem,
    completion: line.completion,
    tokens: line.tokens ?? wordCount(line.completion),
    maxTokens: scorer.maxTokens,
    truncated: line.truncated,
    ...found,
    ...(executions?.at(-1) && { execution: executions.at(-1)! })
  }
  const { reward } = await scoreRollout(scorer.rewards, input, { deadlineSeconds: scorer.run.rewardDeadlineSeconds })
  return { total: reward.total, parts: reward.parts, ...ran }
}

function pickEnvironment({ environments }: Scorer, name: string | undefined, problemId: string | undefined): Searchable {
  const all = [...environments.values()]
  const holder = problemId === undefined ? undefined : all.find(({ find }) => find(problemId))
  const picked = name === undefined ? (holder ?? all[0]) : environments.get(name)
  if (picked) return picked
  const names = [...environments.keys()].join(', ')
  throw new LabError('environment', 'environment/unknown', `the run file has no environment "${name ?? ''}", it has ${names}`, {
    remedy: `Name one of ${names}.`
  })
}

function problemOf(line: ScoreLine, { environment, find }: Searchable): Problem {
  if ('problem' in line) return line.problem
  if ('problemId' in line) {
    const found = find(line.problemId)
    if (found) return found
    throw unknownProblem(line.problemId)
  }
  const { prompt, gold, params, data } = line
  return { id: 'given', environment: environment.name, prompt, params, ...(gold !== undefined && { gold }), ...(data !== undefined && { data }) }
}

function unknownProblem(id: string): LabError {
  const what = `no problem "${id}" among the first ${SEARCHED_PER_SPLIT} of each split; give the problem itself, as \`problems\` prints it`
  return new LabError('environment', 'environment/unknown-problem', what, { remedy: 'Check the id, the options and --seed.' })
}

const wordCount = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length
