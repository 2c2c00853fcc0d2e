import { isSupervised } from './algorithmOptions.ts'
import type { ResolvedRun, Stage } from './runFile.ts'

const WHOLE_RUN: readonly Stage[] = [{ name: 'rl' } as Stage]

/** The stages of a run; one that lists none has the stage `rl`, with everything taken from the run. */
export const stagesOf = ({ stages }: Pick<ResolvedRun, 'stages'>): readonly Stage[] => stages ?? WHOLE_RUN

/** A stage as records number its steps: a supervised one counts its own from 1, those of reinforcement learning count on from one to the next. */
export interface CountedStage {
  readonly name: string
  readonly supervised: boolean
}

export const countedStages = (run: Pick<ResolvedRun, 'stages' | 'algorithm'>): CountedStage[] =>
  stagesOf(run).map(({ name, algorithm }) => ({ name, supervised: isSupervised(algorithm ?? run.algorithm) }))

/** The stage as which a run is evaluated: the last of reinforcement learning, else the last. */
export const evaluatedStage = <S>(stages: readonly S[], isRl: (stage: S) => boolean): S => stages.findLast(isRl) ?? stages.at(-1)!

export const evaluatedStageOf = (run: Pick<ResolvedRun, 'stages' | 'algorithm'>): Stage =>
  evaluatedStage(stagesOf(run), ({ algorithm }) => !isSupervised(algorithm ?? run.algorithm))
