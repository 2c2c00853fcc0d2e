import type { ResolvedRun, Stage } from './runFile.ts'

/** The stages of a run; one that lists none has the stage `rl`, with everything taken from the run. */
export const stagesOf = ({ stages }: Pick<ResolvedRun, 'stages'>): readonly Stage[] => stages ?? [{ name: 'rl' } as Stage]
