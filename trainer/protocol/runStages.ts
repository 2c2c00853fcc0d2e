import { isSupervised } from './algorithmOptions.ts'
import type { ResolvedRun, Stage } from './runFile.ts'

const WHOLE_RUN: readonly Stage[] = [{ name: 'rl' } as Stage]

/** The stages of a run; one that lists none has the stage `rl`, with everything taken from the run. */
export const stagesOf = ({ stages }: Pick<ResolvedRun, 'stages'>): readonly Stage[] => stages ?? WHOLE_RUN

/** The stage as which a run is evaluated: the last of reinforcement learning, else the last. */
export const evaluatedStage = <S>(stages: readonly S[], isRl: (stage: S) => boolean): S => stages.findLast(isRl) ?? stages.at(-1)!

export const evaluatedStageOf = (run: Pick<ResolvedRun, 'stages' | 'algorithm'>): Stage =>
  evaluatedStage(stagesOf(run), ({ algorithm }) => !isSupervised(algorithm ?? run.algorithm))
