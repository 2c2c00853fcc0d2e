import type { RolloutPlace } from '../../protocol/inspector.ts'

/** Ids say nothing without their run: runs of one run file have the same ones. */
export const isSamePlace = (a: RolloutPlace | undefined, b: RolloutPlace | undefined): boolean => a?.id === b?.id && a?.run === b?.run
