import { LabError } from '../errors.ts'
import type { ExecutionTask } from '../protocol/execution.ts'
import { randomStream } from '../random/random.ts'
import type { Executor } from '../sandbox/executor.ts'
import { noExecutor } from './grading.ts'
import type { StagePlan } from './runPlan.ts'
import type { OpenEnvironment } from './trainerParts.ts'

/** What the environment would have run: the gold solution of a problem, as a task. */
export interface SampleTask {
  readonly environment: string
  readonly task: ExecutionTask
}

/** One task of each environment whose completions are programs. Nothing is run. */
export function sampleTasks(opened: readonly OpenEnvironment[], seed: number): SampleTask[] {
  return opened.flatMap(({ environment, options }) => {
    if (!environment.code) return []
    const problem = environment.generate(randomStream(seed, 'program', environment.name), 'train', options)
    const task = environment.code.task(environment.solution(problem), problem)
    return 'none' in task ? [] : [{ environment: environment.name, task }]
  })
}

/**
 * Before anything is sampled: whether there is a sandbox for the programs of each environment.
 * @throws LabError `sandbox/no-executor`, `sandbox/no-backend`.
 */
export function requireBackends(opened: readonly OpenEnvironment[], executor: Executor | undefined, seed: number): void {
  for (const { environment, task } of sampleTasks(opened, seed)) {
    if (!executor) throw noExecutor(environment)
    const found = executor.backendFor(task)
    if ('backend' in found) continue
    throw new LabError('sandbox', 'sandbox/no-backend', `The environment ${JSON.stringify(environment)} cannot be run: ${found.missing}`, {
      place: 'environment', remedy: found.remedy
    })
  }
}

/** Rewards that say nothing where nothing is run. @throws LabError `runFile/reward-without-programs`. */
export function requireProgramsForRewards({ index, name, kind, mixture, rewards }: Pick<StagePlan, 'index' | 'name' | 'kind' | 'mixture' | 'rewards'>): void {
  const reward = rewards.find((part) => part.reward.name === 'tests' || part.reward.name === 'tamper')
  const without = mixture.find(({ environment }) => !environment.code)
  if (kind === 'supervised' || !reward || !without) return
  const [stage, part, environment] = [name, reward.reward.name, without.environment.name].map((one) => JSON.stringify(one))
  const told = `The stage ${stage} takes the reward ${part}, but completions of the environment ${environment} are no programs.`
  throw new LabError('runFile', 'runFile/reward-without-programs', told, {
    place: `rewards of stage ${index + 1}`, remedy: 'Take an environment whose completions are programs, such as function-synthesis, or the reward “answer”.'
  })
}
