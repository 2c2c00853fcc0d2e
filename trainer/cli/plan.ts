import { neededCapabilities } from '../algorithms/capabilities.ts'
import { settingsWithoutEffect } from '../algorithms/settingsWithoutEffect.ts'
import type { Capability } from '../engines/engine.ts'
import { isSupervised } from '../protocol/algorithmOptions.ts'
import type { Problem } from '../protocol/problem.ts'
import type { ResolvedRun, Stage } from '../protocol/runFile.ts'
import { stagesOf } from '../protocol/runStages.ts'
import { rowSteps } from '../orchestrator/runPlan.ts'
import { environmentsOf } from '../runFiles/environmentMistakes.ts'
import type { LoadedRunFile } from '../runFiles/loadRunFile.ts'
import { completionsPerStep } from './completionsPerStep.ts'
import { noticesOf } from './printNotices.ts'
import { problemStream } from './problemStream.ts'
import type { Services } from './services.ts'
import { checkStart } from './startChecks.ts'
import { dataOpener } from './trainerParts.ts'
import { amount } from './terminal/numbers.ts'
import { plainLine, plainText } from './terminal/plainText.ts'
import { definitions } from './terminal/table.ts'

/** What a run would do: the answer of `run --dry-run`. */
export interface Plan {
  readonly run: ResolvedRun
  readonly directory: string
  readonly capabilities: readonly Capability[]
  readonly stages: readonly StagePlan[]
  readonly evaluation: EvaluationPlan
  /** One problem of each environment: a held-out one, where any are. */
  readonly examples: readonly Problem[]
  /** What the environments say about their data. */
  readonly notices: readonly string[]
}

export interface EvaluationPlan {
  /** Held out. */
  readonly problems: number
  /** Of other sets that are watched. */
  readonly elsewhere: number
  /** Completions before training, and as many after it. */
  readonly rollouts: number
  /** In between, on the first of the problems. */
  readonly during?: { readonly every: number; readonly problems: number }
}

/** What people said may be done. */
export interface PlanConsents {
  readonly trustWorkspace: boolean
  /** Names of cheats that the rewards may pay. */
  readonly acceptPaidCheats: readonly string[]
}

export interface StagePlan {
  readonly name: string
  readonly algorithm: string
  readonly steps: number
  /** Of an RL step; a supervised stage samples nothing. */
  readonly problemsPerStep: number
  readonly rolloutsPerStep: number
  /** What a stage on rows learns from. */
  readonly data?: { readonly file: string; readonly kind: string; readonly rows: number }
  /** Tokens sampled in a step at most, those of refinements, critiques and further turns with them. */
  readonly tokensPerStep: number
}

/** Starts no engine and writes nothing; data sets are read. Throws what the start of the run would be refused for, as far as that shows. */
export async function planOf(services: Services, { run, folder }: LoadedRunFile, directory: string, consents: PlanConsents): Promise<Plan> {
  const openData = dataOpener()
  const seen = await lookAt(services, run, folder, openData, consents)
  const stages = await Promise.all(stagesOf(run).map((stage) => stagePlan(run, stage, openData)))
  return {
    run, directory, capabilities: neededCapabilities(run), stages,
    evaluation: evaluationPlan(run.evaluation), ...seen
  }
}

function evaluationPlan({ problems, samples, greedy, retention, every, duringProblems }: ResolvedRun['evaluation']): EvaluationPlan {
  const elsewhere = retention.reduce((sum, set) => sum + set.problems, 0)
  const during = Math.min(duringProblems, problems)
  return { problems, elsewhere, rollouts: (problems + elsewhere) * (samples + (greedy ? 1 : 0)), ...(every > 0 && during > 0 && { during: { every, problems: during } }) }
}

type OpenData = ReturnType<typeof dataOpener>

async function lookAt(
  services: Services, run: ResolvedRun, folder: string, openData: OpenData, { trustWorkspace, acceptPaidCheats }: PlanConsents
): Promise<Pick<Plan, 'examples' | 'notices'>> {
  const workspace = services.openWorkspace(folder, { trustWorkspace, deadlineSeconds: run.rewardDeadlineSeconds })
  try {
    const opened = await Promise.all(environmentsOf(run).map(({ reference }) => workspace.environment(reference)))
    const examples = opened.flatMap((environment) => {
      const [example] = problemStream(environment, run.evaluation.problems > 0 ? 'heldOut' : 'train', run.seed)
      return example ? [example] : []
    })
    const leftOut = await checkStart(run, { environment: workspace.environment, reward: workspace.reward, openData }, acceptPaidCheats)
    return { examples, notices: [...noticesOf(opened), ...settingsWithoutEffect(run), ...leftOut] }
  } finally {
    await workspace.close()
  }
}

async function stagePlan(run: ResolvedRun, stage: Stage, openData: OpenData): Promise<StagePlan> {
  const options = stage.algorithm ?? run.algorithm
  const supervised = isSupervised(options)
  const data = supervised ? (stage.data ?? run.data) : undefined
  const problemsPerStep = supervised ? 0 : (stage.problemsPerStep ?? run.problemsPerStep)
  const groupSize = stage.groupSize ?? run.groupSize
  const asked = stage.steps ?? run.steps
  const rows = data && (await openData(data)).rows.length
  return {
    name: stage.name, algorithm: options.name, steps: data ? rowSteps(data, rows!, asked) : asked, problemsPerStep, rolloutsPerStep: problemsPerStep * groupSize,
    tokensPerStep: completionsPerStep(stage.rollouts ?? run.rollouts, { problems: problemsPerStep, groupSize }) * (stage.sampling ?? run.sampling).maxTokens,
    ...(data && { data: { file: data.file, kind: data.kind, rows: rows! } })
  }
}

function evaluationText({ evaluation: { problems, elsewhere, rollouts, during } }: Plan): string {
  if (problems + elsewhere === 0) return 'none: no problems are held out'
  const sets = [...(problems > 0 ? [`${amount(problems)} held-out problems`] : []), ...(elsewhere > 0 ? [`${amount(elsewhere)} of other sets to watch`] : [])]
  return `before and after: ${sets.join(' and ')}, ${amount(rollouts)} completions${during === undefined ? '' : `; every ${amount(during.every)} steps: ${amount(during.problems)} problems`}`
}

export function planText(plan: Plan): string {
  const { run } = plan
  const model = typeof run.model === 'string' ? run.model : `new ${run.model.architecture}, ${run.model.layers} layers of ${run.model.hiddenSize}`
  const stages = plan.stages.map((stage): [string, string] => [`stage ${plainLine(stage.name)}`, stageText(stage)])
  const head = definitions([
    ['run', plainLine(run.name)], ['engine', run.engine], ['model', plainLine(model)], ['seed', String(run.seed)], ...stages,
    ['evaluation', evaluationText(plan)],
    ['needs', plan.capabilities.join(', ')], ['directory', plainLine(plan.directory)]
  ])
  const examples = plan.examples.map((problem) => `Example of ${plainLine(problem.environment)}: ${plainLine(problem.prompt)}`)
  return ['Would run (nothing was started):', head, ...examples, 'Resolved run file:', plainText(JSON.stringify(run, null, 2))].join('\n')
}

function stageText({ data, algorithm, steps, problemsPerStep, rolloutsPerStep, tokensPerStep }: StagePlan): string {
  if (data) return `${algorithm}, ${amount(steps)} steps on ${amount(data.rows)} ${data.kind} of ${plainLine(data.file)}`
  if (algorithm === 'sft') return `${algorithm}, ${amount(steps)} steps on demonstrations`
  return `${algorithm}, ${amount(steps)} steps of ${problemsPerStep} problems, ${rolloutsPerStep} rollouts and at most ${amount(tokensPerStep)} tokens`
}
