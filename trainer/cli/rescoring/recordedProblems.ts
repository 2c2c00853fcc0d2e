import { LabError } from '../../errors.ts'
import { afterPrompt } from '../../environments/openedThinking.ts'
import { heldOutProblems, trainingProblems } from '../../orchestrator/problemSource.ts'
import type { DrawnProblem } from '../../orchestrator/problemSource.ts'
import { openMixture } from '../../orchestrator/runPlan.ts'
import type { Mixture, StagePlan } from '../../orchestrator/runPlan.ts'
import type { EnvironmentRef, ResolvedRun } from '../../protocol/runFile.ts'
import { stagesOf } from '../../protocol/runStages.ts'
import { stageEnvironments } from '../../protocol/stageEnvironments.ts'
import type { ScoredRollout } from '../../stores/scoredRollouts.ts'
import type { Workspace } from '../services.ts'

/** Steps whose problems are kept: rollouts come in the order of steps, more or less. */
const STEPS_KEPT = 64

/** Draws the problems of a run again, since rollouts record an id and not all that a grader needs. */
export interface RecordedProblems {
  /** As it is judged behind the prompt that was recorded. Undefined where it cannot be drawn again: the environment, its options or its data have changed. */
  of(rollout: Pick<ScoredRollout, 'kind' | 'stage' | 'step' | 'problemId' | 'prompt'>): DrawnProblem | undefined
  /** Why environments could not be opened, for people. */
  readonly faults: readonly string[]
}

export async function openRecordedProblems(run: ResolvedRun, workspace: Pick<Workspace, 'environment'>): Promise<RecordedProblems> {
  const faults = new Set<string>()
  const plans = new Map<string, Pick<StagePlan, 'mixture' | 'problemsPerStep'>>()
  for (const stage of stagesOf(run)) {
    const mixture = await openOrTell(stageEnvironments(run, stage), workspace, faults)
    if (mixture.length > 0) plans.set(stage.name, { mixture, problemsPerStep: stage.problemsPerStep ?? run.problemsPerStep })
  }
  const steps = new Map<string, ReadonlyMap<string, DrawnProblem>>()
  return {
    faults: [...faults],
    of: (rollout) => {
      const plan = plans.get(rollout.stage) ?? [...plans.values()].at(-1)
      if (!plan) return undefined
      const key = rollout.kind === 'evaluation' ? 'evaluation' : `${rollout.stage} ${rollout.step}`
      const problems = steps.get(key) ?? byId(drawn(run, plan, rollout))
      if (!steps.has(key)) keep(steps, key, problems)
      const found = problems.get(rollout.problemId)
      return found && afterPrompt(found, { text: rollout.prompt })
    }
  }
}

async function openOrTell(references: readonly EnvironmentRef[], workspace: Pick<Workspace, 'environment'>, faults: Set<string>): Promise<Mixture> {
  try {
    return await openMixture(references, { openEnvironment: (reference) => workspace.environment(reference) })
  } catch (error) {
    // Without its environment a rollout is scored on what it records.
    if (!LabError.is(error)) throw error
    faults.add(error.message)
    return []
  }
}

function drawn(run: ResolvedRun, plan: Pick<StagePlan, 'mixture' | 'problemsPerStep'>, { kind, step }: Pick<ScoredRollout, 'kind' | 'step'>): readonly DrawnProblem[] {
  return kind === 'evaluation'
    ? heldOutProblems({ name: 'heldOut', mixture: plan.mixture, problems: run.evaluation.problems }, run.seed)
    : trainingProblems(plan as StagePlan, run.seed, step)
}

const byId = (problems: readonly DrawnProblem[]): ReadonlyMap<string, DrawnProblem> => new Map(problems.map((one) => [one.problem.id, one]))

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= STEPS_KEPT) map.delete(map.keys().next().value!)
  map.set(key, value)
}
