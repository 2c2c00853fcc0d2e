import { LabError } from '../../errors.ts'
import type { QueryState } from '../queryState.ts'
import type { RunRollouts } from '../runRollouts.ts'

/** The run, wholly read; undefined where it is gone: its labels are kept and can be asked for all the same. */
export async function livingRun(state: QueryState, run: string, signal: AbortSignal): Promise<RunRollouts | undefined> {
  try {
    return await state.wholeRun(run, signal)
  } catch (error) {
    if (LabError.is(error, 'run-gone')) return undefined
    throw error
  }
}
