import type { SamplingParameters } from '../engines/engine.ts'
import { LabError } from '../errors.ts'
import { openMixture } from '../orchestrator/runPlan.ts'
import type { Mixture } from '../orchestrator/runPlan.ts'
import { RunFile } from '../protocol/runFile.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import { evaluatedStageOf } from '../protocol/runStages.ts'
import { stageEnvironments } from '../protocol/stageEnvironments.ts'
import { openHere } from './openHere.ts'
import type { Workspace } from './services.ts'

/** What people said on the command line; the rest is the run's, or a default. */
export interface AskedEvaluation {
  readonly problems?: number
  readonly samples?: number
  readonly k?: readonly number[]
  readonly temperature?: number
  readonly maxTokens?: number
  readonly seed?: number
}

/** What a model is evaluated on, and how it is sampled. */
export interface EvaluationSetup {
  readonly mixture: Mixture
  readonly problems: number
  readonly samples: number
  readonly k: readonly number[]
  readonly sampling: SamplingParameters
  readonly seed: number
  readonly turns: number
  readonly execution: ResolvedRun['execution']
}

/** Where no run is named. */
export const EVALUATION_DEFAULTS = { problems: 200, samples: 16, k: [1, 4, 16], temperature: 1, seed: 1 }
export const EVALUATION_SAMPLING = { topK: 0, topP: 1, minP: 0, maxTokens: 64, stop: [] }

/** Problems of one environment, named on the command line. */
export async function setupOfEnvironment(workspace: Workspace, name: string, options: Record<string, unknown>, asked: AskedEvaluation): Promise<EvaluationSetup> {
  const mixture = [{ ...(await openHere(workspace, name, options, '--environment')), weight: 1 }]
  return { mixture, turns: 1, execution: RunFile.shape.execution.parse(undefined), ...figures(asked, EVALUATION_DEFAULTS, EVALUATION_SAMPLING) }
}

/** As this run is evaluated, so that what comes out can be set beside its own figures. */
export async function setupOfRun(workspace: Workspace, run: ResolvedRun, asked: AskedEvaluation): Promise<EvaluationSetup> {
  const stage = evaluatedStageOf(run)
  const mixture = await openMixture(stageEnvironments(run, stage), { openEnvironment: workspace.environment })
  const rollouts = stage.rollouts ?? run.rollouts
  const { problems, samples, k, temperature } = run.evaluation
  const own = figures(asked, { problems, samples, k, temperature, seed: run.seed }, stage.sampling ?? run.sampling)
  if (own.problems > 0) return { mixture, turns: rollouts.strategy === 'executeRetry' ? rollouts.turns : 1, execution: run.execution, ...own }
  throw new LabError('usage', 'usage/option', 'The run is evaluated on no problems.', { place: '--as-run', remedy: 'Say on how many with --problems.' })
}

function figures(asked: AskedEvaluation, own: typeof EVALUATION_DEFAULTS, sampling: Omit<SamplingParameters, 'temperature'>): Pick<EvaluationSetup, 'problems' | 'samples' | 'k' | 'sampling' | 'seed'> {
  const samples = asked.samples ?? own.samples
  const k = asked.k ?? own.k.filter((value) => value <= samples)
  refuseLargeK(k, samples)
  return {
    problems: asked.problems ?? own.problems, samples, k, seed: asked.seed ?? own.seed,
    sampling: { ...sampling, maxTokens: asked.maxTokens ?? sampling.maxTokens, temperature: asked.temperature ?? own.temperature }
  }
}

function refuseLargeK(k: readonly number[], samples: number): void {
  const large = k.find((value) => value > samples)
  if (large === undefined) return
  throw new LabError('usage', 'usage/option', `pass@${large} cannot be estimated from ${samples} samples of each problem.`, {
    place: '--k', remedy: `Take --samples ${large} or more, or --k up to ${samples}.`
  })
}
