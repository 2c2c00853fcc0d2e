import { LabError } from '../../errors.ts'
import { judgePython } from './judgePython.ts'
import { probePython } from './probePython.ts'
import type { ProbePython } from './probePython.ts'

const WITHOUT_A_CAUSE: ReadonlySet<string> = new Set(['engine/no-start', 'engine/internal'])

/**
 * What kept the engine from starting, where the engine itself can only say that it failed: a torch that is installed and cannot
 * be imported says why when it is imported alone.
 */
export async function explainStart(python: string, error: unknown, probe: ProbePython = probePython): Promise<unknown> {
  if (!LabError.is(error) || !WITHOUT_A_CAUSE.has(error.code)) return error
  const fault = judgePython(python, await probe(python, { devices: true }))
  return fault ? new LabError('engine', fault.code, `${python} ${fault.what}.`, { place: python, remedy: fault.remedy, cause: error }) : error
}
