import type { EnvironmentRef, ResolvedRun, Stage } from './runFile.ts'

/** What a stage, or the run as a whole, draws problems from: the stage's own environment, else those of the run; empty where none is named. */
export function stageEnvironments(run: Pick<ResolvedRun, 'environment' | 'environments'>, stage?: Pick<Stage, 'environment'>): readonly EnvironmentRef[] {
  return stage?.environment ? [stage.environment] : (run.environments ?? (run.environment ? [run.environment] : []))
}
